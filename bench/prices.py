"""Public list prices, in one table: dollars, us-east-1, as published in 2026, free tiers left out."""

AS_OF = "2026, us-east-1, without free tiers"

# Dollars each, unless said otherwise.
HTTP_API_UNIT = 1.00e-6  # one for each 512 KiB of a request
LAMBDA_REQUEST = 0.20e-6
LAMBDA_GB_SECOND = 0.0000133334  # arm64
SQS_REQUEST = 0.40e-6  # one for each 64 KiB of a call
DYNAMODB_WRITE = 0.625e-6  # on demand, an item of up to 1 KB
DYNAMODB_READ = 0.125e-6  # on demand, an item of up to 4 KB; half of it where an older copy will do
LOGS_GB = 0.50  # taken in by CloudWatch
LOGS_SEARCHED_GB = 0.005  # by CloudWatch Logs Insights
EGRESS_GB = 0.09
SECRET_READ = 5e-6
# A month.
METRIC, SECRET, ALARM = 0.30, 0.40, 0.10

# Hosted services that do this: dollars for a million events, from the cheapest to the dearest public plan.
HOSTED = {"Segment": (1_100.0, 10_000.0)}
