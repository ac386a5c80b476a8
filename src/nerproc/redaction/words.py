"""Words of which stand-ins are put together: common enough to read on, and of nobody in particular."""

from __future__ import annotations


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _list(
    """
    Ada Alma Anton Arne Astrid Basil Beatrix Bela Bruno Carla Cedric Clara Cora Dario Delia Edgar Edith Egon
    Elin Elsa Emil Enid Erik Esme Ezra Fabian Felix Fiona Flora Frida Gideon Greta Hanna Hector Hugo Ida Ilse
    Ingrid Ivo Jasper Joel Jonas Judith Juno Karin Klara Lars Leif Lena Leo Lilian Linus Livia Lorenz Lotte
    Lucian Mabel Magnus Malte Marek Mara Mathilda Milo Mira Moritz Nadia Nils Nora Odile Olaf Olga Orson Oskar
    Otto Paula Petra Philip Quentin Ramona Rasmus Renata Rhea Roland Rosa Rufus Selma Sigrid Silas Simone
    Sonja Stella Sven Tamara Tessa Theo Thora Tilda Tobias Una Ursula Valentin Vera Viggo Viola Walter Wanda
    Wilma Xenia Yara Yvette Zelda
    """
)
SURNAMES = _list(
    """
    Abendroth Albright Amsel Arkwright Ashdown Bachmann Barlow Beckett Bergquist Birch Blackwood Bramwell
    Brandt Calloway Carver Castell Chandler Coldwell Cresswell Dahl Danvers Delacroix Dorn Draper Eastman
    Eklund Elmore Falk Farrow Fennimore Finch Forsberg Foxley Garnett Gerlach Gillespie Granger Greenhalgh
    Hagen Hallam Harcourt Hawthorn Heller Hollis Holmgren Iverson Jansson Kaminski Keller Kestrel Kirkwood
    Lambert Langley Larkin Lindgren Lockhart Lorimer Lund Maddox Marlow Mercer Merton Nash Nightingale Nordin
    Norwood Oakley Olander Ormond Osgood Paget Palmgren Pemberton Pinter Quill Radcliffe Rainer Redfern Rosen
    Rowland Sandell Sawyer Selwyn Sinclair Sorensen Stanwick Steiner Sterling Tanner Thackeray Thorne Tindall
    Underhill Vance Vogel Wainwright Walden Weaver Westerberg Whitlock Winslow Wolff Wyndham Yarrow Zeller
    """
)
TOWNS = _list(
    """
    Alderbrook Ambleford Ashmere Barrowgate Birkendale Blythewick Brackenholm Bramhollow Cinderford Coldwater
    Copperfield Dunmarsh Eastmoor Elderhaven Fallowmere Fernwick Foxbridge Glenharrow Greywater Hartsfold
    Hazelbourne Ironbridge Kestrelton Larkfield Lindenau Marrowby Millbrook Mossgate Northwyke Oakhaven
    Otterburn Pinecrest Quarrywood Ravensmoor Rosewick Saltmarsh Silverlake Stonebeck Thornfield Underwood
    Westhollow Whitcombe Willowmere Wyverndale
    """
)
STREETS = _list(
    """
    Acorn Alder Aspen Beacon Birch Briar Cedar Chapel Cherry Clover Copper Elder Fern Garden Grove Harbour
    Hazel Heather Hill Holly Ivy Juniper Lake Larch Laurel Lime Maple Meadow Mill Oak Orchard Pine Poplar
    Rowan Spring Station Sycamore Walnut Willow Yew
    """
)
STREET_KINDS = ("Street", "Road", "Lane", "Avenue")
FIRMS = _list(
    """
    Alcove Arbour Auric Beacon Blueleaf Brightwater Cardinal Cobalt Corvid Dovetail Ember Fairwind Granite
    Halcyon Harbinger Ibex Juniper Keystone Lantern Meridian Northlight Obsidian Orchard Palisade Quartz
    Redstart Sable Solstice Tamarind Umber Vantage Whitestone Wren Zephyr
    """
)
FIRM_KINDS = ("Works", "Partners", "Holdings", "Industries", "Trading", "Systems", "Group", "Associates")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What stands beside names, and stays.
TITLES = frozenset(
    _list(
        """
    & al and bin da de del den der di dr du frau herr ii iii jr la lady le lord madam madame md miss monsieur
    mr mrs ms mx of phd prof professor señor señora sir sr the van von
    """
    )
)
