-- Dump of the rowing club's database, 2024-01-07
SET client_encoding = 'UTF8';
CREATE TABLE member (id integer PRIMARY KEY, name text, email text, phone text, born date, ssn char(11), ip inet);
COPY member (id, name, email, phone, born, ssn, ip) FROM stdin;
1	Philippa Nightjar	philippa@nightjar.example	(617) 555-0143	1979-05-22	864-19-2207	198.51.100.61
2	Osei Drummond	osei.drummond@example.com	617-555-0178	1984-12-01	872-40-6615	198.51.100.62
3	Lucinda Farrow	\N	617-555-0151	1991-03-17	\N	\N
\.
INSERT INTO setting VALUES ('version', '1.12.0.3'), ('treasurer', 'treasurer@rowing-club.example'), ('hash', 'd41d8cd98f00b204e9800998ecf8427e');
