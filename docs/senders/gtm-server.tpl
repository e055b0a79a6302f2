___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Roku conversions relay",
  "categories": ["ADVERTISING", "CONVERSIONS"],
  "brand": {
    "id": "brand_dummy",
    "displayName": ""
  },
  "description": "Posts an event of a server container to your own Roku conversions relay, in the words of GA4. The relay maps, normalises and hashes it, and limits or withholds it where the visitor refused.",
  "containerContexts": [
    "SERVER"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "url",
    "displayName": "Address of the relay",
    "simpleValueType": true,
    "alwaysInSummary": true,
    "valueHint": "https://ID.execute-api.REGION.amazonaws.com",
    "help": "The output ApiUrl of the stack, or your own domain.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": ["^https://[^/\\s]+/?$"],
        "errorMessage": "https:// and the host, without a path"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "key",
    "displayName": "Sender key",
    "simpleValueType": true,
    "help": "A server's key, which relay keys add shows once. It stays in the container.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "eventId",
    "displayName": "Event id",
    "simpleValueType": true,
    "help": "What names this event and no other, the same for Roku's pixel on the page. Empty: event_id of the event data, else transaction_id, else one is made."
  },
  {
    "type": "TEXT",
    "name": "eventName",
    "displayName": "Event name",
    "simpleValueType": true,
    "help": "A name of GA4, such as generate_lead. Empty: the event's own. What is not mapped is ignored by the relay."
  },
  {
    "type": "TEXT",
    "name": "eventGroup",
    "displayName": "Event group",
    "simpleValueType": true,
    "help": "Roku's event group. Empty: that of the key's entry."
  },
  {
    "type": "CHECKBOX",
    "name": "testMode",
    "checkboxText": "Test mode: the relay and Roku judge the event, and nothing counts",
    "simpleValueType": true,
    "help": "The answer is in the preview's console."
  }
]


___SANDBOXED_JS_FOR_SERVER___

const JSON = require('JSON');
const generateRandom = require('generateRandom');
const getAllEventData = require('getAllEventData');
const getRequestHeader = require('getRequestHeader');
const getRequestQueryParameter = require('getRequestQueryParameter');
const getTimestampMillis = require('getTimestampMillis');
const logToConsole = require('logToConsole');
const sendHttpRequest = require('sendHttpRequest');

const TIMEOUT = 10000; // milliseconds
const TRIES = 2;
// Consent mode as the page's Google tag sends it. A client may leave it out of the event data.
const CONSENT = ['gcs', 'gcd', 'dma', 'npa'];

const event = getAllEventData();
if (data.eventName) {
  event.event = data.eventName;
}
if (data.eventGroup) {
  event.event_group_id = data.eventGroup;
}
if (data.eventId) {
  event.event_id = data.eventId;
} else if (!event.event_id && !event.transaction_id) {
  // With an id a second try counts once.
  event.event_id = 'gtm-' + getTimestampMillis() + '-' + generateRandom(1, 2147483647);
}
CONSENT.forEach((name) => {
  const value = getRequestQueryParameter(name);
  if (value && event[name] === undefined) {
    event[name] = value;
  }
});
if (getRequestHeader('sec-gpc') === '1') {
  event.gpc = true;
}

const last = data.url.length - 1;
const host = data.url.charAt(last) === '/' ? data.url.slice(0, last) : data.url;
const url = host + (data.testMode ? '/v1/test_events?source=ga4' : '/v1/sources/ga4');
const options = {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'Authorization': 'Bearer ' + data.key,
  },
  timeout: TIMEOUT,
};
const body = JSON.stringify(event);

// 202 is on the queue, 200 is read and ignored, with the reason. Another answer is a failure of this tag.
const post = (tries) => {
  const failed = (why) => {
    if (tries > 1) {
      post(tries - 1);
    } else {
      logToConsole('Roku conversions relay', why);
      data.gtmOnFailure();
    }
  };
  sendHttpRequest(url, options, body).then((answer) => {
    const status = answer.statusCode;
    if (status === 429 || status >= 500) {
      failed(status);
      return;
    }
    logToConsole('Roku conversions relay', status, answer.body);
    if (status === 200 || status === 202) {
      data.gtmOnSuccess();
    } else {
      data.gtmOnFailure();
    }
  }, (error) => {
    failed(error && error.reason);
  });
};
post(TRIES);


___SERVER_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "read_event_data",
        "versionId": "1"
      },
      "param": [
        {
          "key": "eventDataAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "read_request",
        "versionId": "1"
      },
      "param": [
        {
          "key": "requestAccess",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "headersAllowed",
          "value": {
            "type": 8,
            "boolean": true
          }
        },
        {
          "key": "headerAccess",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "headerWhitelist",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "headerName"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "sec-gpc"
                  }
                ]
              }
            ]
          }
        },
        {
          "key": "queryParametersAllowed",
          "value": {
            "type": 8,
            "boolean": true
          }
        },
        {
          "key": "queryParameterAccess",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "queryParameterWhitelist",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "queryParameter"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "gcs"
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "queryParameter"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "gcd"
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "queryParameter"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "dma"
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "queryParameter"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "npa"
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "send_http",
        "versionId": "1"
      },
      "param": [
        {
          "key": "allowedUrls",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "logging",
        "versionId": "1"
      },
      "param": [
        {
          "key": "environments",
          "value": {
            "type": 1,
            "string": "debug"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: An event that is on the queue is a success
  code: |-
    runCode(settings);

    assertApi('sendHttpRequest').wasCalled();
    assertThat(posts.length).isEqualTo(1);
    assertThat(posts[0].url).isEqualTo('https://relay.example.com/v1/sources/ga4');
    assertThat(posts[0].options.headers.Authorization).isEqualTo('Bearer a-key');
    assertThat(posts[0].body.event_name).isEqualTo('purchase');
    assertThat(posts[0].body.event_id).isEqualTo('e-1');
    assertApi('gtmOnSuccess').wasCalled();
    assertApi('gtmOnFailure').wasNotCalled();
- name: A refused key is a failure, and is not tried again
  code: |-
    answers = [{statusCode: 401}];
    runCode(settings);

    assertThat(posts.length).isEqualTo(1);
    assertApi('gtmOnFailure').wasCalled();
    assertApi('gtmOnSuccess').wasNotCalled();
- name: What the relay could not take is tried twice, with one id
  code: |-
    answers = [{statusCode: 503}, {statusCode: 202}];
    eventData = {event_name: 'sign_up'};
    runCode(settings);

    assertThat(posts.length).isEqualTo(2);
    assertThat(posts[0].body.event_id).isEqualTo(posts[1].body.event_id);
    assertApi('gtmOnSuccess').wasCalled();
- name: Without a connection it is a failure
  code: |-
    answers = [undefined, undefined];
    runCode(settings);

    assertThat(posts.length).isEqualTo(2);
    assertApi('gtmOnFailure').wasCalled();
- name: The visitor's refusals are handed on
  code: |-
    mock('getRequestQueryParameter', (name) => name === 'gcs' ? 'G100' : undefined);
    mock('getRequestHeader', '1');
    runCode(settings);

    assertThat(posts[0].body.gcs).isEqualTo('G100');
    assertThat(posts[0].body.gpc).isEqualTo(true);
- name: The fields of the tag go before the event data
  code: |-
    settings.eventId = 'own-1';
    settings.eventName = 'generate_lead';
    settings.eventGroup = 'group-2';
    settings.testMode = true;
    settings.url = 'https://relay.example.com/';
    runCode(settings);

    assertThat(posts[0].url).isEqualTo('https://relay.example.com/v1/test_events?source=ga4');
    assertThat(posts[0].body.event_id).isEqualTo('own-1');
    assertThat(posts[0].body.event).isEqualTo('generate_lead');
    assertThat(posts[0].body.event_group_id).isEqualTo('group-2');
setup: |-
  const JSON = require('JSON');

  const settings = {url: 'https://relay.example.com', key: 'a-key'};
  let eventData = {event_name: 'purchase', event_id: 'e-1', value: 30.25, currency: 'USD'};
  let answers = [{statusCode: 202}];
  const posts = [];

  mock('getAllEventData', () => eventData);
  mock('getRequestHeader', undefined);
  mock('getRequestQueryParameter', undefined);
  // What is as good as a promise, and answers at once.
  mock('sendHttpRequest', (url, options, body) => {
    posts.push({url: url, options: options, body: JSON.parse(body)});
    const answer = answers.shift();
    return {
      then: (answered, failed) => answer ? answered(answer) : failed({reason: 'failed'}),
    };
  });


___NOTES___

How to use it: docs/senders/gtm-server.md of the Roku conversions relay.
