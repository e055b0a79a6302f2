"""Which names say that a person's data or a key is under them, and which do not: both ways."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.personal_names import is_personal, is_secret

PERSONAL = """
billing_phone billing_first_name billing_last_name user_phone guest_name recipient address1 customerPhone birth_date
firstName contact[phone] userEmail customer.first_name ssn card_number cardNumber cc_number your-name your-email
useremail phonenumber PhoneNumber billing%5Bphone%5D contact%255Bphone%255D emails phones addresses address_line_2
addressLine1 shipping-address first-name first+name FIRST_NAME firstname fname ln em user_data[ph] ud[em] gift_recipient
cardholder name_on_card nameOnCard customer[first] dateOfBirth date_of_birth dob birthYear gender customer_gender
username user_name login_email work_phone homePhone mobile_number contactNumber contact_no postal_code zip zipcode
street e-mail e_mail EMAIL_ADDRESS emailaddress emailAddress2 customers[0][email] phone_confirm email_confirmation
form_fields[name] form_fields[email] input_email txtName passport social_security_number telefon vorname téléphone name
full_name last+name billing_address_1 tel telephone mobile cell callerid caller_number whatsapp_number contact_name
patientName members[name] phone1 alt_email oldemail UserEMail password ip client_ip ip_address p.phone.2 _phone_
ship_to_name bill_to_first_name lead_name sender_name post_code ph_no sms_number cc-name cc-csc cc-exp additional-name
street-address tel-national bday-year honorific.last_name passenger_1_name names mother_maiden_name
kundenname kundennummer_telefon empfängername kontaktname nome_cliente acheteur_nom telefonnummer handynummer
""".split()

NOBODYS = """
product_name campaign_name event_name filename file_name emailing headphone headphones iphone smartphone utm_source
utm_medium utm_campaign utm_term utm_content gclid fbclid msclkid ttclid rtid order_id orderId product content_name
category_name brand_name site_name store_name list_name form_name page_name hostname domain_name plan_name item_name q
query search page p id sku variant color size email_optin phone_type mobile_app phone_country_code accepts_email sort_by
keyword theme hotel intel sort order_number customer_id user_id first last first_purchase last_visit quantity price
customer_group_name shipping_method_name coupon code state city country region ref step view webmail mailing_list
monkey streetwear addressee_count lead_source order_no post_id page_number gift_card_code
bestellnummer artikelnummer kundengruppe cliente_id product_gender recommended _ 1 [] %
""".split()

SECRET = """
key access_token writeKey write_key api_key apikey token secret signature sig X-Amz-Signature X-Amz-Security-Token
client_secret clientsecret id_token auth authtoken csrftoken jwt password pass order_key accesskey apiKey keys
""".split()

OPEN = "keyword keywords monkey turkey q utm_source design signal passage author code session_id gclid order".split()


@pytest.mark.parametrize(
    ("known", "names", "others"), [(is_personal, PERSONAL, NOBODYS), (is_secret, SECRET, OPEN)], ids=["personal", "key"]
)
def test_what_is_a_persons_or_a_key_is_known_by_its_name_and_what_sounds_alike_is_not(
    known: Callable[[str], bool], names: Sequence[str], others: Sequence[str]
) -> None:
    assert [name for name in names if not known(name)] == []
    assert [name for name in others if known(name)] == []


@given(st.sampled_from(["billing", "x", "a1", "order", "z_9"]), st.sampled_from("_-.[] "), st.sampled_from("_-.] "))
def test_a_strong_word_is_seen_behind_any_prefix_and_before_any_number(prefix: str, before: str, after: str) -> None:
    assert is_personal(f"{prefix}{before}phone{after}2")
    assert is_personal(f"{prefix}{before}EMAIL{after}")
    assert is_personal(f"{prefix}FirstName{after}")


@given(st.text(max_size=300))
def test_no_name_is_too_odd(name: str) -> None:
    assert is_personal(name) in (True, False)
    assert is_secret(name) in (True, False)


def test_of_a_name_without_end_both_ends_are_looked_at() -> None:
    assert is_personal("x" * 100_000 + "_phone")
    assert is_personal("phone_" + "x" * 100_000)
    assert not is_personal("tel" * 100_000 + "x")  # no word, and no long search for the words that it is made of
