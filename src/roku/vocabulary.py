"""The words and bounds of Roku's Events API, as its page lists them."""

# Roku refuses an event that lies further in the future than this (seconds).
FUTURE_TOLERANCE = 3_600
# Enough for any order; the vendor states no limit.
MAX_CONTENTS = 1_000

# The 24 of the vendor's page, and three that Roku Ads Manager shows since 2026.
EVENT_NAMES = (
    "ACHIEVE_LEVEL ADD_PAYMENT_INFO ADD_TO_CART ADD_TO_WISHLIST APP_INSTALL COMPLETE_REGISTRATION CONTACT"
    " CUSTOMIZE_PRODUCT DONATE DOWNLOAD FIND_LOCATION INITIATE_CHECKOUT LEAD PAGE_VIEW PURCHASE SCHEDULE SEARCH SIGN_UP"
    " START_TRIAL SUBSCRIBE SUBSCRIPTION_CANCELLATION SUBSCRIPTION_RENEWAL UNLOCK_ACHIEVEMENT VIEW_CONTENT"
    " FIRST_VIDEO_VIEW QSS SESSION_START"
).split()

EVENT_SOURCES = (
    "chat",
    "ctv_app",
    "email",
    "mobile_app",
    "phone_call",
    "physical_store",
    "roku",
    "system-generated",
    "website",
    "other",
)

# 62 currencies; the page lists PHP twice.
CURRENCIES = (
    "AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK"
    " JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY"
    " TWD UAH USD VES VND ZAR"
).split()

PURCHASE_TYPES = ("first_time_purchase", "repeat_purchase")
DELIVERY_CATEGORIES = ("in_store", "curbside", "home_delivery")
CONTENT_TYPES = ("product", "product_group")
GENDERS = ("male", "female", "unknown")

# Any one of them lets Roku find the household: the vendor's page, joined with the Ringba guide (ph, IP address).
IDENTIFIERS = ("em", "ph", "client_ip_address", "aGA", "aID", "aDX", "aGI", "aRI")
HASHED = ("em", "ph", "fn", "ln", "ge", "db")
# Those that tell two persons apart; an address, an agent or a name is many people's.
PERSONS = ("em", "ph", "external_id", "aFC")
DEVICES = ("aGA", "aID", "aDX", "aGI", "aRI")

# The name of an event that is for other destinations altogether (folded to letters): somebody joins or leaves an
# audience, and nothing was done that could be counted.
AUDIENCE_UPDATE, ATTRIBUTES_UPDATE = "audiencemembershipupdate", "userattributesupdate"
