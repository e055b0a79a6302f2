"""How much of a post is read: the one table of the longest texts (in characters) and of the budgets of a request.

A text that is longer is refused, dropped or cut before any expression or search reads it. So the work of a request
grows with its bytes and with nothing else. The header row of a CSV file has limits of its own in
`sources.files.headers`.
"""

BODY = 6_000_000  # bytes: Lambda takes 6 MB with what API Gateway wraps around the body

TEXT = (
    4_096  # any text of a conversion. Rokt drops longer attributes; the longest common value is a user agent of 1,000
)
URL = 16_384  # a page's address: twice what servers take
EVENT_ID = 1_000  # of a longer one its digest is sent
EVENT_GROUP = PARTNER = 256
KEY = 4_096  # a sender key: a header of API Gateway's has at most 10,240 bytes
FIELD_NAME = 100  # what is looked at, and told, of the name of a field that is not known
QUOTED = 1_000  # what is looked at of a value, before 40 characters of it are quoted to its sender

HINTS = 50  # searches for what was meant (30 microseconds each) that one request gets
PARTNERS = 20  # different partner names in one request: each is a message and a request of its own
TEST_REQUESTS = 20  # requests to Roku that one post to /v1/test_events may cause
