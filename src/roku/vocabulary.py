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

# What a conversion may carry for other destinations; Roku has no place for it, so it goes without a word.
ELSEWHERE = ("click_ids", "rtid", "audience_name", "audience_membership", "attributes")
USER_ELSEWHERE = ("idfv",)
# The name of an event that is for other destinations altogether (folded to letters): somebody joins or leaves an
# audience, and nothing was done that could be counted.
AUDIENCE_UPDATE = "audiencemembershipupdate"

# What senders write, folded to letters and digits -> the field that is meant.
EVENT_ALIASES = {
    "name": "event_name",
    "event": "event_name",
    "eventname": "event_name",
    "type": "event_type",
    "time": "event_time",
    "timestamp": "event_time",
    "eventtime": "event_time",
    "id": "event_id",
    "eventid": "event_id",
    "messageid": "event_id",
    "source": "event_source",
    "actionsource": "event_source",
    "url": "event_source_url",
    "pageurl": "event_source_url",
    "eventsourceurl": "event_source_url",
    "referrer": "referrer_url",
    "referer": "referrer_url",
    "user": "user_data",
    "userdata": "user_data",
    "customdata": "custom_data",
    "properties": "custom_data",
    "optout": "opt_out",
    "limiteddatause": "opt_out",
    "partner": "partner_name",
}
USER_ALIASES = {
    "email": "em",
    "emailaddress": "em",
    "mail": "em",
    "phone": "ph",
    "phonenumber": "ph",
    "mobile": "ph",
    "tel": "ph",
    "firstname": "fn",
    "givenname": "fn",
    "lastname": "ln",
    "surname": "ln",
    "familyname": "ln",
    "gender": "ge",
    "sex": "ge",
    "dob": "db",
    "birthdate": "db",
    "birthday": "db",
    "dateofbirth": "db",
    "city": "ct",
    "state": "st",
    "region": "st",
    "zip": "zp",
    "zipcode": "zp",
    "postalcode": "zp",
    "postcode": "zp",
    "countrycode": "country",
    "ip": "client_ip_address",
    "ipaddress": "client_ip_address",
    "clientip": "client_ip_address",
    "useragent": "client_user_agent",
    "ua": "client_user_agent",
    "userid": "external_id",
    "customerid": "external_id",
    "gaid": "aGA",
    "aaid": "aGA",
    "idfa": "aID",
    "rida": "aRI",
    "fbp": "aFC",
}
CUSTOM_ALIASES = {
    "amount": "value",
    "revenue": "value",
    "total": "value",
    "price": "value",
    "currencycode": "currency",
    "orderid": "order_id",
    "transactionid": "order_id",
    "items": "contents",
    "products": "contents",
    "category": "content_category",
    "quantity": "num_items",
    "query": "search_string",
    "ltv": "predicted_ltv",
}
CONTENT_ALIASES = {
    "itemid": "id",
    "productid": "id",
    "sku": "id",
    "qty": "quantity",
    "itemprice": "price",
}
