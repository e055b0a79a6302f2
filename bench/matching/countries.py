"""What people of each country have: numbers, names, places. Written down by hand; nothing here comes of the relay.

Numbers: the calling code, the zero or 8 that is dialled before a national number, and the patterns of mobile numbers
(# is any digit, the first of them 2 to 9 in North America). States by their code in addresses, as ISO 3166-2 has both.
"""

from typing import NamedTuple


class Country(NamedTuple):
    """A country's share of the population, and what its people are made of."""

    code: str
    names: tuple[str, ...]  # what the country is called: in English, then by its people and its neighbours
    calling: str
    trunk: str
    numbers: tuple[str, ...]
    first: str
    last: str
    cities: str
    states: str  # CODE=Name;...
    zips: tuple[str, ...]
    share: int = 1


_LATIN_FIRST = "Anna Maria Jean-Luc Zoë Anaïs François José Ángel Łucja Søren Noël Chloé Jürgen Björn Renée Inès Miloš"
_LATIN_LAST = "Müller Lefèvre García O'Brien D'Angelo Peña Sánchez Öztürk Kowalski Grønbæk Lund Ibáñez Bäcker Núñez"
_ENGLISH_FIRST = "James Mary Robert Zoë Siobhán John Renée Michael Anne-Marie Beyoncé Anna Maria Chloé Jane Olivia Noah"
_ENGLISH_LAST = "Smith O'Brien Johnson D'Angelo McDonald García Núñez Brown Smith-Jones Müller Miller Davis Ng Lee"
_SOUTHERN_FIRST = "José María Ángel Lucía João Inês Zoé Íñigo Sofía Luís Conceição Ramón Begoña Óscar Álvaro"
_SOUTHERN_LAST = "García Muñoz Conceição Gonçalves Peña Ibáñez D'Amico Araújo Núñez Simões López Falcão"

COUNTRIES = (
    Country(
        "US", ("United States", "USA", "Vereinigte Staaten", "États-Unis", "Estados Unidos"), "1", "1",
        ("212#######", "415#######", "617#######", "702#######", "305#######", "512#######"),
        _ENGLISH_FIRST, _ENGLISH_LAST, "Boston|New York|San José|Cañon City|St. Louis|Winston-Salem|Coeur d'Alene",
        "MA=Massachusetts;NY=New York;CA=California;NJ=New Jersey;TX=Texas;NC=North Carolina;DC=District of Columbia",
        ("021##", "070##", "006##", "1#0#1", "9####"), share=8,
    ),
    Country(
        "CA", ("Canada", "Kanada", "Kanada", "Canada", "Canadá"), "1", "1", ("416#######", "514#######", "604#######"),
        _ENGLISH_FIRST, _ENGLISH_LAST, "Toronto|Montréal|Québec|Trois-Rivières",
        "ON=Ontario;QC=Quebec;BC=British Columbia",
        ("M5V #T#", "H2X #Y#"), share=2,
    ),
    Country(
        "GB", ("United Kingdom", "UK", "Vereinigtes Königreich", "Royaume-Uni", "Reino Unido"), "44", "0",
        ("7400######", "7911######", "2079######"), _ENGLISH_FIRST, _ENGLISH_LAST,
        "London|King's Lynn|Stoke-on-Trent", "", ("SW1A #AA", "M# #BB"), share=3,
    ),
    Country(
        "DE", ("Germany", "Deutschland", "Deutschland", "Allemagne", "Alemania"), "49", "0",
        ("1512#######", "1701######", "30######1"), _LATIN_FIRST, _LATIN_LAST, "München|Köln|Frankfurt am Main|Görlitz",
        "BY=Bayern;SN=Sachsen;HH=Hamburg", ("01###", "80###"), share=3,
    ),
    Country(
        "FR", ("France", "France", "Frankreich", "France", "Francia"), "33", "0", ("6########", "7########"),
        _LATIN_FIRST, _LATIN_LAST, "Besançon|L'Haÿ-les-Roses|Saint-Étienne|Paris", "", ("01###", "75###"), share=2,
    ),
    Country(
        "ES", ("Spain", "España", "Spanien", "Espagne", "España"), "34", "", ("6########", "7########"),
        _SOUTHERN_FIRST, _SOUTHERN_LAST, "A Coruña|Málaga|Sant Cugat del Vallès", "M=Madrid;SE=Sevilla",
        ("08###", "28###"), share=2,
    ),
    Country(
        "IT", ("Italy", "Italia", "Italien", "Italie", "Italia"), "39", "", ("347#######", "320#######"),
        _SOUTHERN_FIRST, _SOUTHERN_LAST, "Forlì|L'Aquila|Reggio nell'Emilia", "MI=Milano;RM=Roma", ("001##", "20###"),
    ),
    Country(
        "BR", ("Brazil", "Brasil", "Brasilien", "Brésil", "Brasil"), "55", "0", ("119########", "219########"),
        _SOUTHERN_FIRST, _SOUTHERN_LAST, "São Paulo|Belém|Goiânia", "SP=São Paulo;RJ=Rio de Janeiro", ("01###-###",),
    ),
    Country(
        "MX", ("Mexico", "México", "Mexiko", "Mexique", "México"), "52", "", ("55########", "33########"),
        _SOUTHERN_FIRST, _SOUTHERN_LAST, "Cancún|León|Mérida", "JAL=Jalisco;YUC=Yucatán", ("01###", "44###"),
    ),
    Country(
        "NL", ("Netherlands", "Nederland", "Niederlande", "Pays-Bas", "Países Bajos"), "31", "0", ("6########",),
        _LATIN_FIRST, _LATIN_LAST, "'s-Hertogenbosch|Amsterdam", "", ("10## AB",),
    ),
    Country(
        "AU", ("Australia", "Australia", "Australien", "Australie", "Australia"), "61", "0", ("4########",),
        _ENGLISH_FIRST, _ENGLISH_LAST, "Sydney|Alice Springs", "NSW=New South Wales;NT=Northern Territory",
        ("08##", "2###"),
    ),
    Country(
        "PL", ("Poland", "Polska", "Polen", "Pologne", "Polonia"), "48", "", ("5########", "6########"),
        _LATIN_FIRST, _LATIN_LAST, "Łódź|Kraków", "", ("3#-###",),
    ),
    Country(
        "SE", ("Sweden", "Sverige", "Schweden", "Suède", "Suecia"), "46", "0", ("70#######", "73#######"),
        _LATIN_FIRST, _LATIN_LAST, "Malmö|Göteborg", "", ("1####",),
    ),
    Country(
        "JP", ("Japan", "日本", "Japan", "Japon", "Japón"), "81", "0", ("90########", "80########"),
        "美咲 太郎 さくら 健一 ひなた", "山田 佐藤 鈴木 髙橋", "横浜市|札幌市", "13=Tokyo;27=Osaka",
        ("10#-0###", "06#-####"), share=2,
    ),
    Country(
        "KR", ("South Korea", "대한민국", "Südkorea", "Corée du Sud", "Corea del Sur"), "82", "0", ("10########",),
        "지민 서연 민준", "김 이 박", "서울|부산", "", ("03###",),
    ),
    Country(
        "GR", ("Greece", "Ελλάδα", "Griechenland", "Grèce", "Grecia"), "30", "", ("69########",),
        "Γιώργος Ελένη Νίκος", "Παπαδόπουλος Κωνσταντίνου", "Αθήνα|Ηράκλειο", "", ("1####",),
    ),
    Country(
        "RU", ("Russia", "Россия", "Russland", "Russie", "Rusia"), "7", "8", ("916#######", "921#######"),
        "Андрей Зоя Фёдор Юлия", "Иванов Щербакова Йорк", "Москва|Королёв", "", ("1#####",),
    ),
    Country(
        "IN", ("India", "Bharat", "Indien", "Inde", "India"), "91", "0", ("98########", "70########"),
        "अंजलि Priya Rahul राज", "शर्मा Singh Iyer", "Mumbai|Bengaluru",
        "MH=Maharashtra;KA=Karnataka", ("4#####",), share=2,
    ),
    Country(
        "SA", ("Saudi Arabia", "السعودية", "Saudi-Arabien", "Arabie saoudite", "Arabia Saudí"), "966", "0",
        ("50#######", "55#######"), "محمد فاطمة أحمد", "العتيبي القحطاني", "الرياض|جدة", "", ("1####",),
    ),
)  # fmt: skip
