"""The names of all fields that can say something of consent: which family reads each, as what kind. Pure.

Names are compared without case and signs, whole or by their last part: `us_privacy`, `usPrivacy`, `regs.us_privacy` and
`pd[opt_out_type]` are found.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.consent.readings import fold_name
from pipeline.values import limits


class Key(NamedTuple):
    """The family that reads a field, and as what."""

    family: str
    kind: str


# Published and in use for something else than advertising: no signal, and no unknown field either.
NO_SIGNAL = Key("", "no signal")
# An object of a consent tool: known fields in it are signals, and the others are categories.
CONTAINER = Key("", "container")
# mParticle's objects of purposes, under the name of a law.
PURPOSES = Key("", "purposes")
SOLD = Key("", "data_sale_opt_out")

_KEYS = {
    "us_privacy": {
        "string": "us_privacy usprivacy usp_string uspString IABUSPrivacy_String ope_usp_string usp uspv1",
        "perhaps": "ccpa",
    },
    "gpp": {
        "string": "gpp gpp_string gppString IABGPP_HDR_GppString",
        "ids": "gpp_sid gppSid gpp_sids applicable_sections IABGPP_GppSID",
    },
    "tcf": {
        "applies": "gdpr_applies gdprApplies IABTCF_gdprApplies",
        "string": "gdpr_consent gdprConsent tc_string tcString tcf tcf_string IABTCF_TCString euconsent_v2 euconsent",
        "purposes": "IABTCF_PurposeConsents",
        "vendors": "IABTCF_VendorConsents",
    },
    "consent_mode": {
        "ad_storage": "ad_storage amznAdStorage",
        "ad_user_data": "ad_user_data adUserData adUserDataConsent ad_user_data_consent amznUserData",
        "ad_personalization": "ad_personalization ad_personalisation adPersonalization adPersonalizationConsent",
        "gcs": "gcs x-ga-gcs",
        "gcd": "gcd x-ga-gcd",
    },
    "flags": {
        "opt_out": "opt_out opted_out is_opted_out ccpa_opt_out sale_opt_out data_sale_opt_out_flag do_not_share"
        " do_not_sell_or_share opt_out_of_sale opt_out_sale",
        "do_not_sell": "do_not_sell",
        "perhaps_sold": "dns",
        "gpc": "gpc global_privacy_control globalPrivacyControl sec_gpc gpc_enabled isGpcEnabled"
        " global_privacy_control_opt_out gpc_opt_out gpc_signal",
        "limited": "limited_data_use ldu data_processing_options opt_out_type rdp restricted_data_processing npa"
        " non_personalized_ads limited_data_processing",
        "tracking": "att_status atts trackingStatus att_authorization_status app_tracking_transparency_status",
        "perhaps_tracking": "att",
        "may_track": "advertiser_tracking_enabled application_tracking_enabled ad_tracking_enabled",
        "limit_tracking": "limit_ad_tracking limited_ad_tracking is_lat lmt ROKU_ADS_LIMIT_TRACKING"
        " is_limit_ad_tracking_enabled",
        "perhaps_limit": "lat",
        "do_not_track": "dnt do_not_track",
        "allowed": "sale_of_data sale_of_data_allowed marketing_allowed",
        "processed": "consent_to_process",
    },
    "categories": {
        "preferences": "category_preferences",
        "tealium": "consent_categories",
        "approved": "tci.purposes_with_consent_all purposes_with_consent_all OnetrustActiveGroups OptanonActiveGroups",
        "approved_in_part": "tci.purposes_with_consent_processed purposes_with_consent_processed"
        " tci.purposes_with_consent_unprocessed purposes_with_consent_unprocessed",
        "cookie": "OptanonConsent",
        "policy": "policy",
    },
}
_NO_SIGNAL = (
    "buyer_accepts_marketing accepts_marketing email_marketing_consent sms_marketing_consent marketing_opt_in_level"
    " hs_email_optout has_opted_out_of_email email_opt_out email_opted_out email_optout unsubscribed sms_opt_out"
    " legitimate_interest communications analytics_storage functionality_storage personalization_storage"
    " security_storage wait_for_update data_processing_options_country data_processing_options_state dma_cps"
    " analytics_processing_allowed preferences_processing_allowed tci.consent_type OptanonAlertBoxClosed"
    " advertiser_consent_source url_passthrough ads_data_redaction"
)
_CONTAINERS = (
    "consent consents consent_state consent_settings visitor_consent visitorConsent customer_privacy"
    " consent_preferences privacy_preferences consent_mode"
)
# Fields that hold the address of the page where it happened, which may say something.
PAGES = frozenset("pagelocation landingsite landingpage landingpageurl callingpage pageurl documentlocation".split())
# Lists and objects that hold goods and places: a field in them is of these.
NOT_LOOKED_INTO = frozenset(
    "contents contentids products items lineitems location geo geolocation coordinates geoip".split()
)
# What an ordinary conversion is made of. Where nothing else is, nothing has to be looked for.
ORDINARY = frozenset(
    "event_name event_type event_time event_id event_source event_source_url referrer_url partner_name is_hashed"
    " em ph fn ln ge db ct st zp country external_id client_ip_address client_user_agent subscription_id"
    " aGA aID aDX aGI aRI aFC idfv value currency content_type content_name content_category order_id contents"
    " content_ids num_items predicted_ltv purchase_type delivery_category search_string status"
    " utm_source utm_medium utm_campaign utm_term utm_content"
    " gclid gbraid wbraid dclid msclkid fbclid ttclid twclid rtid rclid data_processing_country".split()
)
SECTIONS = ("user_data", "custom_data", "click_ids")
ORDINARY_OR_SECTIONS = ORDINARY.union(SECTIONS)
# Families and kinds of fields that addresses of pages hold, put there by the person's tool or by an advertisement.
OF_PAGES = frozenset({"us_privacy", "gpp", "tcf", "consent_mode", "opt_out", "do_not_sell", "gpc", "limited"})

_GPP_SECTION = re.compile("iabgpp([0-9]{1,2})string").fullmatch
_PARTS = re.compile(r"[.\[\]]+")
# Consent to be written to is none to advertising, and no refusal of it: email_opt_out, hasOptedOutOfEmail.
_CHANNEL = re.compile("email|sms|newsletter|push|whatsapp").search
_OF_A_CHANNEL = re.compile("opt|consent|accept|subscri|marketing").search


def _table() -> dict[str, Key]:
    table = {fold_name(name): NO_SIGNAL for name in _NO_SIGNAL.split()}
    table |= {fold_name(name): CONTAINER for name in _CONTAINERS.split()}
    table |= {"gdpr": PURPOSES, "datasaleoptout": SOLD, "region": Key("consent_mode", "region")}
    table["dma"] = Key("consent_mode", "dma")
    for family, kinds in _KEYS.items():
        for kind, names in kinds.items():
            table |= {fold_name(name): Key(family, kind) for name in names.split()}
    return table


_TABLE = _table()


def key_of(name: str) -> Key | None:
    """What the field is, or None if it says nothing of consent."""
    return _known(name) if len(name) <= limits.FIELD_NAME else None


@lru_cache(maxsize=4_096)
def _known(name: str) -> Key | None:
    folded = fold_name(name)
    key = _TABLE.get(folded)
    if key is not None:
        return key
    if section := _GPP_SECTION(folded):
        return Key("gpp", str(int(section[1])))
    if _CHANNEL(folded) and _OF_A_CHANNEL(folded):
        return NO_SIGNAL
    if "." not in name and "[" not in name:
        return None
    parts = [part for part in _PARTS.split(name) if part]
    return _TABLE.get(fold_name(parts[-1])) if len(parts) > 1 else None


def _first_letters() -> str:
    """How the names begin that a page's address may hold, as an expression."""
    kinds = ((family, kind, names) for family, table in _KEYS.items() for kind, names in table.items())
    listed = "gdpr " + " ".join(names for family, kind, names in kinds if {family, kind} & OF_PAGES)
    return "|".join(sorted({re.escape(name[:2]) for name in listed.lower().split()}))


_OF_A_PAGE = re.compile(rf"(?:[?&;.[]|%5B)(?:{_first_letters()})", re.IGNORECASE).search


def may_tell(address: str) -> bool:
    """Whether an address may hold a parameter that says something of consent; most hold none."""
    return "?" in address and _OF_A_PAGE(address, address.index("?"), limits.URL) is not None
