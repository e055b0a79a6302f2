"""ISO 3166: states that addresses name by a code.

`make places` writes this file, from the package pycountry.
"""

# By country, the state of each code.
STATES = {
    "US": (
        "AA=Armed Forces Americas;AE=Armed Forces Europe;AK=Alaska;AL=Alabama;AP=Armed Forces Pacific;AR=Arkansas;"
        "AS=American Samoa;AZ=Arizona;CA=California;CO=Colorado;CT=Connecticut;DC=District of Columbia;DE=Delaware;"
        "FL=Florida;GA=Georgia;GU=Guam;HI=Hawaii;IA=Iowa;ID=Idaho;IL=Illinois;IN=Indiana;KS=Kansas;KY=Kentucky;"
        "LA=Louisiana;MA=Massachusetts;MD=Maryland;ME=Maine;MI=Michigan;MN=Minnesota;MO=Missouri;"
        "MP=Northern Mariana Islands;MS=Mississippi;MT=Montana;NC=North Carolina;ND=North Dakota;NE=Nebraska;"
        "NH=New Hampshire;NJ=New Jersey;NM=New Mexico;NV=Nevada;NY=New York;OH=Ohio;OK=Oklahoma;OR=Oregon;"
        "PA=Pennsylvania;PR=Puerto Rico;RI=Rhode Island;SC=South Carolina;SD=South Dakota;TN=Tennessee;TX=Texas;"
        "UM=United States Minor Outlying Islands;UT=Utah;VA=Virginia;VI=Virgin Islands;VT=Vermont;WA=Washington;"
        "WI=Wisconsin;WV=West Virginia;WY=Wyoming;"
    ),
    "CA": (
        "AB=Alberta;BC=British Columbia;MB=Manitoba;NB=New Brunswick;NL=Newfoundland and Labrador;NS=Nova Scotia;"
        "NT=Northwest Territories;NU=Nunavut;ON=Ontario;PE=Prince Edward Island;QC=Quebec;SK=Saskatchewan;YT=Yukon;"
    ),
    "AU": (
        "ACT=Australian Capital Territory;NSW=New South Wales;NT=Northern Territory;QLD=Queensland;"
        "SA=South Australia;TAS=Tasmania;VIC=Victoria;WA=Western Australia;"
    ),
    "GB": "ENG=England;NIR=Northern Ireland;SCT=Scotland;WLS=Wales;",
    "NZ": (
        "AUK=Auckland;BOP=Bay of Plenty;CAN=Canterbury;CIT=Chatham Islands Territory;GIS=Gisborne;HKB=Hawke's Bay;"
        "MBH=Marlborough;MWT=Manawatū-Whanganui;NSN=Nelson;NTL=Northland;OTA=Otago;STL=Southland;TAS=Tasman;"
        "TKI=Taranaki;WGN=Greater Wellington;WKO=Waikato;WTC=West Coast;"
    ),
    "IN": (
        "AN=Andaman and Nicobar Islands;AP=Andhra Pradesh;AR=Arunachal Pradesh;AS=Assam;BR=Bihar;CG=Chhattisgarh;"
        "CH=Chandigarh;DH=Dadra and Nagar Haveli and Daman and Diu;DL=Delhi;GA=Goa;GJ=Gujarat;HP=Himachal Pradesh;"
        "HR=Haryana;JH=Jharkhand;JK=Jammu and Kashmir;KA=Karnataka;KL=Kerala;LA=Ladakh;LD=Lakshadweep;"
        "MH=Maharashtra;ML=Meghalaya;MN=Manipur;MP=Madhya Pradesh;MZ=Mizoram;NL=Nagaland;OD=Odisha;PB=Punjab;"
        "PY=Puducherry;RJ=Rajasthan;SK=Sikkim;TN=Tamil Nadu;TR=Tripura;TS=Telangana;UK=Uttarakhand;UP=Uttar Pradesh;"
        "WB=West Bengal;"
    ),
    "MX": (
        "AGU=Aguascalientes;BCN=Baja California;BCS=Baja California Sur;CAM=Campeche;CHH=Chihuahua;CHP=Chiapas;"
        "CMX=Ciudad de México;COA=Coahuila;COL=Colima;DUR=Durango;GRO=Guerrero;GUA=Guanajuato;HID=Hidalgo;"
        "JAL=Jalisco;MEX=México;MIC=Michoacán;MOR=Morelos;NAY=Nayarit;NLE=Nuevo León;OAX=Oaxaca;PUE=Puebla;"
        "QUE=Querétaro;ROO=Quintana Roo;SIN=Sinaloa;SLP=San Luis Potosí;SON=Sonora;TAB=Tabasco;TAM=Tamaulipas;"
        "TLA=Tlaxcala;VER=Veracruz;YUC=Yucatán;ZAC=Zacatecas;"
    ),
    "BR": (
        "AC=Acre;AL=Alagoas;AM=Amazonas;AP=Amapá;BA=Bahia;CE=Ceará;DF=Distrito Federal;ES=Espírito Santo;GO=Goiás;"
        "MA=Maranhão;MG=Minas Gerais;MS=Mato Grosso do Sul;MT=Mato Grosso;PA=Pará;PB=Paraíba;PE=Pernambuco;PI=Piauí;"
        "PR=Paraná;RJ=Rio de Janeiro;RN=Rio Grande do Norte;RO=Rondônia;RR=Roraima;RS=Rio Grande do Sul;"
        "SC=Santa Catarina;SE=Sergipe;SP=São Paulo;TO=Tocantins;"
    ),
    "IT": (
        "AG=Agrigento;AL=Alessandria;AN=Ancona;AP=Ascoli Piceno;AQ=L'Aquila;AR=Arezzo;AT=Asti;AV=Avellino;BA=Bari;"
        "BG=Bergamo;BI=Biella;BL=Belluno;BN=Benevento;BO=Bologna;BR=Brindisi;BS=Brescia;BT=Barletta-Andria-Trani;"
        "BZ=Bolzano;CA=Cagliari;CB=Campobasso;CE=Caserta;CH=Chieti;CL=Caltanissetta;CN=Cuneo;CO=Como;CR=Cremona;"
        "CS=Cosenza;CT=Catania;CZ=Catanzaro;EN=Enna;FC=Forlì-Cesena;FE=Ferrara;FG=Foggia;FI=Firenze;FM=Fermo;"
        "FR=Frosinone;GE=Genova;GO=Gorizia;GR=Grosseto;IM=Imperia;IS=Isernia;KR=Crotone;LC=Lecco;LE=Lecce;"
        "LI=Livorno;LO=Lodi;LT=Latina;LU=Lucca;MB=Monza e Brianza;MC=Macerata;ME=Messina;MI=Milano;MN=Mantova;"
        "MO=Modena;MS=Massa-Carrara;MT=Matera;NA=Napoli;NO=Novara;NU=Nuoro;OR=Oristano;PA=Palermo;PC=Piacenza;"
        "PD=Padova;PE=Pescara;PG=Perugia;PI=Pisa;PN=Pordenone;PO=Prato;PR=Parma;PT=Pistoia;PU=Pesaro e Urbino;"
        "PV=Pavia;PZ=Potenza;RA=Ravenna;RC=Reggio Calabria;RE=Reggio Emilia;RG=Ragusa;RI=Rieti;RM=Roma;RN=Rimini;"
        "RO=Rovigo;SA=Salerno;SI=Siena;SO=Sondrio;SP=La Spezia;SR=Siracusa;SS=Sassari;SU=Sud Sardegna;SV=Savona;"
        "TA=Taranto;TE=Teramo;TN=Trento;TO=Torino;TP=Trapani;TR=Terni;TS=Trieste;TV=Treviso;UD=Udine;VA=Varese;"
        "VB=Verbano-Cusio-Ossola;VC=Vercelli;VE=Venezia;VI=Vicenza;VR=Verona;VT=Viterbo;VV=Vibo Valentia;"
    ),
    "ES": (
        "A=Alicante;AB=Albacete;AL=Almería;AN=Andalucía;AR=Aragón;AS=Asturias;AV=Ávila;B=Barcelona;BA=Badajoz;"
        "BI=Bizkaia;BU=Burgos;C=A Coruña;CA=Cádiz;CB=Cantabria;CC=Cáceres;CE=Ceuta;CL=Castilla y León;"
        "CM=Castilla-La Mancha;CN=Canarias;CO=Córdoba;CR=Ciudad Real;CS=Castellón;CT=Catalunya;CU=Cuenca;"
        "EX=Extremadura;GA=Galicia;GC=Las Palmas;GI=Girona;GR=Granada;GU=Guadalajara;H=Huelva;HU=Huesca;"
        "IB=Illes Balears;J=Jaén;L=Lleida;LE=León;LO=La Rioja;LU=Lugo;M=Madrid;MA=Málaga;MC=Murcia;MD=Madrid;"
        "ML=Melilla;MU=Murcia;NA=Navarra;NC=Navarra;O=Asturias;OR=Ourense;P=Palencia;PM=Illes Balears;PO=Pontevedra;"
        "PV=País Vasco;RI=La Rioja;S=Cantabria;SA=Salamanca;SE=Sevilla;SG=Segovia;SO=Soria;SS=Gipuzkoa;T=Tarragona;"
        "TE=Teruel;TF=Santa Cruz de Tenerife;TO=Toledo;V=Valencia;VA=Valladolid;VC=Valenciana;VI=Álava;Z=Zaragoza;"
        "ZA=Zamora;"
    ),
    "DE": (
        "BB=Brandenburg;BE=Berlin;BW=Baden-Württemberg;BY=Bayern;HB=Bremen;HE=Hessen;HH=Hamburg;"
        "MV=Mecklenburg-Vorpommern;NI=Niedersachsen;NW=Nordrhein-Westfalen;RP=Rheinland-Pfalz;SH=Schleswig-Holstein;"
        "SL=Saarland;SN=Sachsen;ST=Sachsen-Anhalt;TH=Thüringen;"
    ),
    "ZA": (
        "EC=Eastern Cape;FS=Free State;GP=Gauteng;KZN=Kwazulu-Natal;LP=Limpopo;MP=Mpumalanga;NC=Northern Cape;"
        "NW=North-West;WC=Western Cape;"
    ),
    "JP": (
        "01=Hokkaido;02=Aomori;03=Iwate;04=Miyagi;05=Akita;06=Yamagata;07=Fukushima;08=Ibaraki;09=Tochigi;10=Gunma;"
        "11=Saitama;12=Chiba;13=Tokyo;14=Kanagawa;15=Niigata;16=Toyama;17=Ishikawa;18=Fukui;19=Yamanashi;20=Nagano;"
        "21=Gifu;22=Shizuoka;23=Aichi;24=Mie;25=Shiga;26=Kyoto;27=Osaka;28=Hyogo;29=Nara;30=Wakayama;31=Tottori;"
        "32=Shimane;33=Okayama;34=Hiroshima;35=Yamaguchi;36=Tokushima;37=Kagawa;38=Ehime;39=Kochi;40=Fukuoka;"
        "41=Saga;42=Nagasaki;43=Kumamoto;44=Oita;45=Miyazaki;46=Kagoshima;47=Okinawa;"
    ),
    "CH": (
        "AG=Aargau;AI=Appenzell Innerrhoden;AR=Appenzell Ausserrhoden;BE=Berne;BL=Basel-Landschaft;BS=Basel-Stadt;"
        "FR=Fribourg;GE=Genève;GL=Glarus;GR=Graubünden;JU=Jura;LU=Luzern;NE=Neuchâtel;NW=Nidwalden;OW=Obwalden;"
        "SG=Sankt Gallen;SH=Schaffhausen;SO=Solothurn;SZ=Schwyz;TG=Thurgau;TI=Ticino;UR=Uri;VD=Vaud;VS=Valais;"
        "ZG=Zug;ZH=Zürich;"
    ),
    "AR": (
        "A=Salta;B=Buenos Aires;C=Ciudad Autónoma de Buenos Aires;D=San Luis;E=Entre Ríos;F=La Rioja;"
        "G=Santiago del Estero;H=Chaco;J=San Juan;K=Catamarca;L=La Pampa;M=Mendoza;N=Misiones;P=Formosa;Q=Neuquén;"
        "R=Río Negro;S=Santa Fe;T=Tucumán;U=Chubut;V=Tierra del Fuego;W=Corrientes;X=Córdoba;Y=Jujuy;Z=Santa Cruz;"
    ),
    "IE": (
        "CE=Clare;CN=Cavan;CO=Cork;CW=Carlow;D=Dublin;DL=Donegal;G=Galway;KE=Kildare;KK=Kilkenny;KY=Kerry;"
        "LD=Longford;LH=Louth;LK=Limerick;LM=Leitrim;LS=Laois;MH=Meath;MN=Monaghan;MO=Mayo;OY=Offaly;RN=Roscommon;"
        "SO=Sligo;TA=Tipperary;WD=Waterford;WH=Westmeath;WW=Wicklow;WX=Wexford;"
    ),
    "FR": (
        "ARA=Auvergne-Rhône-Alpes;BFC=Bourgogne-Franche-Comté;BRE=Bretagne;CVL=Centre-Val de Loire;GES=Grand-Est;"
        "HDF=Hauts-de-France;IDF=Île-de-France;NAQ=Nouvelle-Aquitaine;NOR=Normandie;OCC=Occitanie;"
        "PAC=Provence-Alpes-Côte-d’Azur;PDL=Pays-de-la-Loire;"
    ),
    "NL": (
        "DR=Drenthe;FL=Flevoland;FR=Fryslân;GE=Gelderland;GR=Groningen;LI=Limburg;NB=Noord-Brabant;NH=Noord-Holland;"
        "OV=Overijssel;UT=Utrecht;ZE=Zeeland;ZH=Zuid-Holland;"
    ),
    "CO": (
        "AMA=Amazonas;ANT=Antioquia;ARA=Arauca;ATL=Atlántico;BOL=Bolívar;BOY=Boyacá;CAL=Caldas;CAQ=Caquetá;"
        "CAS=Casanare;CAU=Cauca;CES=Cesar;CHO=Chocó;COR=Córdoba;CUN=Cundinamarca;DC=Distrito Capital de Bogotá;"
        "GUA=Guainía;GUV=Guaviare;HUI=Huila;LAG=La Guajira;MAG=Magdalena;MET=Meta;NAR=Nariño;NSA=Norte de Santander;"
        "PUT=Putumayo;QUI=Quindío;RIS=Risaralda;SAN=Santander;SAP=San Andrés;SUC=Sucre;TOL=Tolima;"
        "VAC=Valle del Cauca;VAU=Vaupés;VID=Vichada;"
    ),
    "PH": (
        "ABR=Abra;AGN=Agusan del Norte;AGS=Agusan del Sur;AKL=Aklan;ALB=Albay;ANT=Antique;APA=Apayao;AUR=Aurora;"
        "BAN=Bataan;BAS=Basilan;BEN=Benguet;BIL=Biliran;BOH=Bohol;BTG=Batangas;BTN=Batanes;BUK=Bukidnon;BUL=Bulacan;"
        "CAG=Cagayan;CAM=Camiguin;CAN=Camarines Norte;CAP=Capiz;CAS=Camarines Sur;CAT=Catanduanes;CAV=Cavite;"
        "CEB=Cebu;COM=Davao de Oro;DAO=Davao Oriental;DAS=Davao del Sur;DAV=Davao del Norte;DIN=Dinagat Islands;"
        "DVO=Davao Occidental;EAS=Eastern Samar;GUI=Guimaras;IFU=Ifugao;ILI=Iloilo;ILN=Ilocos Norte;ILS=Ilocos Sur;"
        "ISA=Isabela;KAL=Kalinga;LAG=Laguna;LAN=Lanao del Norte;LAS=Lanao del Sur;LEY=Leyte;LUN=La Union;"
        "MAD=Marinduque;MAS=Masbate;MDC=Mindoro Occidental;MDR=Mindoro Oriental;MGN=Maguindanao del Norte;"
        "MGS=Maguindanao del Sur;MOU=Mountain Province;MSC=Misamis Occidental;MSR=Misamis Oriental;NCO=Cotabato;"
        "NEC=Negros Occidental;NER=Negros Oriental;NSA=Northern Samar;NUE=Nueva Ecija;NUV=Nueva Vizcaya;"
        "PAM=Pampanga;PAN=Pangasinan;PLW=Palawan;QUE=Quezon;QUI=Quirino;RIZ=Rizal;ROM=Romblon;SAR=Sarangani;"
        "SCO=South Cotabato;SIG=Siquijor;SLE=Southern Leyte;SLU=Sulu;SOR=Sorsogon;SUK=Sultan Kudarat;"
        "SUN=Surigao del Norte;SUR=Surigao del Sur;TAR=Tarlac;TAW=Tawi-Tawi;WSA=Samar;ZAN=Zamboanga del Norte;"
        "ZAS=Zamboanga del Sur;ZMB=Zambales;ZSI=Zamboanga Sibugay;"
    ),
    "MY": "",
}
