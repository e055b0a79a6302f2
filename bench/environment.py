"""The environment of the functions: a live stack with Roku, and what one with Rokt has besides."""

QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012/"

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "RokuConversionsRelay",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "ROKT_QUEUE_URL": "",
    "ROKU_QUEUE_URL": QUEUES + "roku",
    "ROKU_DEAD_LETTER_QUEUE_URL": QUEUES + "roku-dead",
    "SENDER_KEYS_SECRET": "sender-keys",
    "FINGERPRINT_SECRET": "fingerprint-key",
    "ROKU_KEYS_SECRET": "roku-keys",
    "DESTINATION": "roku",  # of the functions that are one destination's
    "ROKU_URL": "https://roku.invalid",
    "DELIVERY_MODE": "live",
    "DEFAULT_EVENT_GROUP": "",
    "PHONE_FORMAT": "digits",
    "DEFAULT_COUNTRY": "US",
    "PHONE_WITHOUT_COUNTRY": "drop",
    "ALLOWED_ORIGINS": "",
    "LEDGER_TABLE": "",
    "LEDGER_DAYS": "7",
    "LOG_SAMPLE_RATE": "0",
}

# What a stack with Rokt has besides.
ROKT_ENVIRONMENT = {
    "ROKT_QUEUE_URL": QUEUES + "rokt",
    "ROKT_DEAD_LETTER_QUEUE_URL": QUEUES + "rokt-dead",
    "ROKT_KEYS_SECRET": "rokt-keys",
    "ROKT_API": "conversions",
    "ROKT_URL": "https://rokt.invalid",
    "ROKT_ACCOUNT_ID": "",
    "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
    "ROKT_COPY_RTID": "true",
    "ROKT_HASHED_NAMES": "lower_case",
    "ROKT_CONVERSION_TYPE": "own",
    "ROKT_SEND_BIRTH_DATE": "false",
}
