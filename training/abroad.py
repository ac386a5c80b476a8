"""What made-up records say in languages other than English: templates and fields as in `phrase.py`.

The tagger is made for English, but letters and forms of other countries are in every folder. Here it learns
what is no name in them: their labels, greetings and common words, nouns that German capitalises among them.
"""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """What records say in a language."""

    texts: tuple[str, ...]  # sentences and letters
    forms: tuple[tuple[str, tuple[str, ...]], ...]  # a slot, and what forms and columns call it


LANGUAGES = {
    "de": Language(
        (
            "{NAME} wohnt in {ADDRESS}.",
            (
                "Sehr geehrte Frau {LAST},\n\n"
                "vielen Dank für Ihr Schreiben vom {DAY}. Die Rechnung {NUMBER} ist beglichen.\n\n"
                "Mit freundlichen Grüßen\n{NAME}\n{ORG}"
            ),
            "Sehr geehrter Herr Dr. {LAST},",
            (
                "Sehr geehrte Damen und Herren,\n\n"
                "hiermit kündige ich meinen Vertrag für die Lieferstelle {ADDRESS} zum {DAY}.\n"
                "Kundennummer: {NUMBER}\n\n{NAME}"
            ),
            "{ORG}\nKundenservice\nPostfach {NUMBER}\n{CITY}",
            "Der Mietvertrag zwischen {NAME} und {ORG} endet am {DAY}.",
            "Die Versicherung hat den Antrag von {NAME} aus {CITY} abgelehnt.",
            "Frau {LAST} ist am {DAY} in {CITY} geboren.",
            "Hallo {FIRST}, kommst du am Wochenende mit nach {CITY}? Viele Grüße, {FIRST}",
            "Überweisung an {ORG}, IBAN {IBAN}, Verwendungszweck Rechnung {NUMBER}",
            "Der Umsatz stieg im dritten Quartal, die Kosten für Strom und Heizung sanken.",
            "Bitte bringen Sie Ihren Ausweis, die Geburtsurkunde und eine Kopie der Meldebescheinigung mit.",
            "Herr {LAST} von der {ORG} ruft unter {PHONE} zurück.",
        ),
        (
            (
                "{NAME}",
                ("Name", "Kunde", "Mitarbeiter", "Patient", "Ansprechpartner", "Kontoinhaber", "Unterschrift"),
            ),
            ("{FIRST}", ("Vorname", "Rufname")),
            ("{LAST}", ("Nachname", "Familienname")),
            ("{ADDRESS}", ("Anschrift", "Adresse", "Lieferadresse", "Wohnort")),
            ("{STREET}", ("Straße", "Straße und Hausnummer")),
            ("{CITY}", ("Ort", "Stadt", "Geburtsort")),
            ("{ORG}", ("Firma", "Arbeitgeber", "Bank", "Krankenkasse")),
            ("{DAY}", ("Geburtsdatum", "Datum", "Fällig am", "Eintritt")),
            ("{PHONE}", ("Telefon", "Tel.", "Handy", "Fax")),
            ("{EMAIL}", ("E-Mail", "Mail")),
            ("{IBAN}", ("IBAN", "Bankverbindung")),
            ("{NUMBER}", ("Kundennummer", "Umsatz", "Betrag", "Menge", "Aktenzeichen")),
        ),
    ),
    "fr": Language(
        (
            "{NAME} habite au {ADDRESS}.",
            (
                "Madame {LAST},\n\n"
                "Nous avons bien reçu votre courrier du {DAY}. La facture {NUMBER} a été réglée.\n\n"
                "Veuillez agréer nos salutations distinguées.\n{NAME}\n{ORG}"
            ),
            "Monsieur {LAST},",
            "Mme {NAME}, {ADDRESS}",
            "Le contrat entre {ORG} et {NAME}, demeurant {ADDRESS}, prend fin le {DAY}.",
            "Mme {NAME} est née le {DAY} à {CITY}.",
            "Bonjour {FIRST}, on se retrouve à {CITY} samedi ? Bises, {FIRST}",
            "Client\tMme {NAME}, {ADDRESS}\nCourriel du client\t{EMAIL}",
            "Désignation\tQté\tPrix unitaire\tMontant\nCharnière en laiton\t{NUMBER}\t{AMOUNT}\t{AMOUNT}",
            "Paiement par virement : {ORG}, IBAN {IBAN}.",
            "M. {LAST} de {ORG} vous rappellera au {PHONE}.",
            "Merci de joindre une copie de la carte d'identité et un justificatif de domicile.",
            "Les travaux de la toiture commencent lundi, le devis reste valable trente jours.",
        ),
        (
            ("{NAME}", ("Nom et prénom", "Client", "Titulaire du compte", "Patient", "Signature")),
            ("{FIRST}", ("Prénom",)),
            ("{LAST}", ("Nom", "Nom de famille")),
            ("{ADDRESS}", ("Adresse", "Domicile", "Adresse de livraison")),
            ("{CITY}", ("Ville", "Lieu de naissance", "Commune")),
            ("{ORG}", ("Société", "Employeur", "Banque", "Fournisseur")),
            ("{DAY}", ("Date de naissance", "Date", "Échéance")),
            ("{PHONE}", ("Téléphone", "Tél.", "Portable")),
            ("{EMAIL}", ("Courriel", "Adresse électronique")),
            ("{IBAN}", ("IBAN", "Compte")),
            ("{NUMBER}", ("Numéro", "Qté", "Réf.", "Montant")),
        ),
    ),
    "es": Language(
        (
            "{NAME} vive en {ADDRESS}.",
            (
                "Estimada señora {LAST}:\n\n"
                "Hemos recibido su carta del {DAY}. La factura {NUMBER} está pagada.\n\n"
                "Atentamente,\n{NAME}\n{ORG}"
            ),
            "Estimado Sr. {LAST}:",
            "El contrato entre {ORG} y {NAME}, con domicilio en {ADDRESS}, vence el {DAY}.",
            (
                "Ayuntamiento de {CITY}\nSolicitud de empadronamiento\n"
                "Nombre y apellidos {NAME}\nDNI / NIF {ID}\n"
                "Fecha de nacimiento {DAY}\nDomicilio {ADDRESS}\nTeléfono {PHONE}\nCorreo electrónico {EMAIL}"
            ),
            "Doña {NAME} nació el {DAY} en {CITY}.",
            "Hola {FIRST}, ¿vienes el sábado a {CITY}? Un abrazo, {FIRST}",
            "La persona solicitante autoriza la devolución en la cuenta {IBAN}.",
            "El paciente {NAME} ingresó en {ORG} por dolor abdominal.",
            "D. {NAME}, de {ORG}, le llamará al {PHONE}.",
            "Adjunte una fotocopia del documento y el justificante de pago de la tasa.",
            "El expediente sigue abierto, falta la firma de la otra persona.",
        ),
        (
            ("{NAME}", ("Nombre y apellidos", "Cliente", "Titular", "Paciente", "Firma")),
            ("{FIRST}", ("Nombre",)),
            ("{LAST}", ("Apellidos", "Primer apellido")),
            ("{ADDRESS}", ("Dirección", "Domicilio", "Dirección de envío")),
            ("{CITY}", ("Ciudad", "Localidad", "Lugar de nacimiento", "Municipio")),
            ("{ORG}", ("Empresa", "Banco", "Proveedor")),
            ("{DAY}", ("Fecha de nacimiento", "Fecha", "Vencimiento")),
            ("{PHONE}", ("Teléfono", "Móvil", "Tel.")),
            ("{EMAIL}", ("Correo electrónico", "Correo")),
            ("{IBAN}", ("IBAN", "Cuenta")),
            ("{ID}", ("DNI", "DNI / NIF", "Pasaporte")),
            ("{NUMBER}", ("Número", "Expediente", "Importe", "Cantidad")),
        ),
    ),
    "it": Language(
        (
            "{NAME} abita in {ADDRESS}.",
            (
                "Gentile signora {LAST},\n\n"
                "abbiamo ricevuto la Sua lettera del {DAY}. La fattura {NUMBER} è stata pagata.\n\n"
                "Cordiali saluti\n{NAME}\n{ORG}"
            ),
            "Il contratto tra {ORG} e {NAME}, residente in {ADDRESS}, scade il {DAY}.",
            "Il sottoscritto {NAME}, nato a {CITY} il {DAY}, chiede il rimborso sul conto {IBAN}.",
            "Ciao {FIRST}, ci vediamo sabato a {CITY}? Un abbraccio, {FIRST}",
            "Il dott. {LAST} di {ORG} risponde al numero {PHONE}.",
            "Allegare copia del documento e la ricevuta del pagamento.",
        ),
        (
            ("{NAME}", ("Nome e cognome", "Cliente", "Intestatario", "Paziente", "Firma")),
            ("{FIRST}", ("Nome",)),
            ("{LAST}", ("Cognome",)),
            ("{ADDRESS}", ("Indirizzo", "Residenza", "Indirizzo di spedizione")),
            ("{CITY}", ("Città", "Luogo di nascita", "Comune")),
            ("{ORG}", ("Ditta", "Datore di lavoro", "Banca")),
            ("{DAY}", ("Data di nascita", "Data", "Scadenza")),
            ("{PHONE}", ("Telefono", "Cellulare")),
            ("{EMAIL}", ("Posta elettronica", "E-mail")),
            ("{NUMBER}", ("Numero", "Quantità", "Importo")),
        ),
    ),
    "nl": Language(
        (
            "{NAME} woont op {ADDRESS}.",
            (
                "Geachte mevrouw {LAST},\n\n"
                "Wij hebben uw brief van {DAY} ontvangen. Factuur {NUMBER} is betaald.\n\n"
                "Met vriendelijke groet,\n{NAME}\n{ORG}"
            ),
            "De overeenkomst tussen {ORG} en {NAME}, wonende te {CITY}, eindigt op {DAY}.",
            "Hoi {FIRST}, ga je zaterdag mee naar {CITY}? Groetjes, {FIRST}",
            "De heer {LAST} van {ORG} belt u terug op {PHONE}.",
            "Stuur een kopie van het paspoort en het bewijs van betaling mee.",
        ),
        (
            ("{NAME}", ("Naam", "Klant", "Rekeninghouder", "Handtekening")),
            ("{FIRST}", ("Voornaam",)),
            ("{LAST}", ("Achternaam",)),
            ("{ADDRESS}", ("Adres", "Woonadres", "Afleveradres")),
            ("{CITY}", ("Woonplaats", "Plaats", "Geboorteplaats")),
            ("{ORG}", ("Bedrijf", "Werkgever")),
            ("{DAY}", ("Geboortedatum", "Datum", "Vervaldatum")),
            ("{PHONE}", ("Telefoon", "Mobiel")),
            ("{NUMBER}", ("Nummer", "Bedrag", "Aantal")),
        ),
    ),
    "pt": Language(
        (
            "{NAME} mora em {ADDRESS}.",
            (
                "Prezada senhora {LAST},\n\nRecebemos sua carta de {DAY}. A fatura {NUMBER} foi paga.\n\n"
                "Atenciosamente,\n{NAME}\n{ORG}"
            ),
            "O contrato entre {ORG} e {NAME}, residente em {ADDRESS}, termina em {DAY}.",
            "Oi {FIRST}, você vem a {CITY} no sábado? Um abraço, {FIRST}",
            "O senhor {LAST}, da {ORG}, vai ligar para {PHONE}.",
            "Envie uma cópia do documento e o comprovante de pagamento.",
        ),
        (
            ("{NAME}", ("Nome completo", "Cliente", "Titular", "Paciente", "Assinatura")),
            ("{FIRST}", ("Nome",)),
            ("{LAST}", ("Sobrenome", "Apelido")),
            ("{ADDRESS}", ("Endereço", "Morada")),
            ("{CITY}", ("Cidade", "Local de nascimento")),
            ("{ORG}", ("Empresa", "Banco")),
            ("{DAY}", ("Data de nascimento", "Data", "Vencimento")),
            ("{PHONE}", ("Telefone", "Celular")),
            ("{NUMBER}", ("Número", "Valor", "Quantidade")),
        ),
    ),
    "pl": Language(
        (
            "{NAME} mieszka pod adresem {ADDRESS}.",
            (
                "Szanowna Pani,\n\n"
                "otrzymaliśmy pismo z dnia {DAY}. Faktura {NUMBER} została opłacona.\n\n"
                "Z poważaniem\n{NAME}\n{ORG}"
            ),
            "Umowa między {ORG} a {NAME} kończy się {DAY}.",
            "Proszę dołączyć kopię dowodu osobistego i potwierdzenie przelewu.",
        ),
        (
            ("{NAME}", ("Imię i nazwisko", "Klient", "Podpis")),
            ("{FIRST}", ("Imię",)),
            ("{LAST}", ("Nazwisko",)),
            ("{ADDRESS}", ("Adres", "Adres zamieszkania")),
            ("{CITY}", ("Miasto", "Miejscowość", "Miejsce urodzenia")),
            ("{ORG}", ("Firma", "Pracodawca")),
            ("{DAY}", ("Data urodzenia", "Data", "Termin")),
            ("{PHONE}", ("Telefon", "Tel. kom.")),
            ("{NUMBER}", ("Numer", "Kwota", "Ilość")),
        ),
    ),
    "sv": Language(
        (
            "{NAME} bor på {ADDRESS}.",
            (
                "Hej {FIRST}!\n\nTack för ditt brev den {DAY}. Fakturan {NUMBER} är betald.\n\n"
                "Med vänliga hälsningar\n{NAME}\n{ORG}"
            ),
            "Avtalet mellan {ORG} och {NAME} upphör den {DAY}.",
            "Bifoga en kopia av legitimationen och kvittot på betalningen.",
        ),
        (
            ("{NAME}", ("Namn", "Kund", "Kontohavare", "Underskrift")),
            ("{FIRST}", ("Förnamn",)),
            ("{LAST}", ("Efternamn",)),
            ("{ADDRESS}", ("Adress", "Leveransadress")),
            ("{CITY}", ("Ort", "Födelseort")),
            ("{ORG}", ("Företag", "Arbetsgivare")),
            ("{DAY}", ("Födelsedatum", "Datum", "Förfallodag")),
            ("{PHONE}", ("Telefon", "Mobil")),
            ("{NUMBER}", ("Nummer", "Belopp", "Antal")),
        ),
    ),
}
