// Segment's engine with its destination for Rokt's Conversions API, action "send", a batch as it sends one: mapping,
// schema validation, hashing, and writing the request's body. Its HTTP client is replaced by JSON.stringify.
'use strict'
const { Destination } = require('@segment/actions-core')
const definition = require('@segment/action-destinations/dist/destinations/rokt-capi').default
const serve = require('./batches.cjs')

const path = name => ({ '@path': `$.${name}` })
const mapping = {
  eventDetails: {
    conversiontype: path('event_name'),
    confirmationref: path('custom_data.order_id'),
    amount: path('custom_data.value'),
    currency: path('custom_data.currency'),
    source_message_id: path('event_id'),
    timestamp_unixtime_ms: path('event_time')
  },
  eventProperties: { quantity: path('custom_data.num_items'), event_id: path('event_id') },
  hashingConfiguration: { hashEmail: true, hashFirstName: true, hashLastName: true, hashMobile: true },
  user_identities: { email: path('user_data.em') },
  user_attributes: {
    firstname: path('user_data.fn'),
    lastname: path('user_data.ln'),
    mobile: path('user_data.ph')
  },
  device_info: { http_header_user_agent: path('user_data.client_user_agent') },
  ip: path('user_data.client_ip_address'),
  rtid: path('rtid')
}
const settings = { apiKey: 'key', apiSecret: 'secret' }
const MOST = 100 // of a request

let bytes = 0
const action = new Destination(definition).actions.send
// It names its compiled schema after the destination; today's ajv takes such a name for a URI and refuses blanks in it.
action.destinationName = 'rokt'
action.createRequestClient = () => async (url, options) => {
  bytes += JSON.stringify(options.json).length
}

serve(async body => {
  let finished = 0
  bytes = 0
  const { events } = JSON.parse(body)
  for (let start = 0; start < events.length; start += MOST) {
    const outcomes = await action.executeBatch({ mapping, data: events.slice(start, start + MOST), settings })
    finished += outcomes.filter(outcome => outcome.status === 200).length
  }
  return { finished, bytes }
})
