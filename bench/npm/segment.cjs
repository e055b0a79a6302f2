// Segment's engine with its destination for Meta's Conversions API, action "purchase": mapping, schema validation,
// normalising, hashing, and writing the request's body. Its HTTP client is replaced by JSON.stringify.
'use strict'
const { Destination } = require('@segment/actions-core')
const definition = require('@segment/action-destinations/dist/destinations/facebook-conversions-api').default
const serve = require('./batches.cjs')

const path = name => ({ '@path': `$.${name}` })
const mapping = {
  action_source: path('event_source'),
  event_time: path('event_time'),
  event_id: path('event_id'),
  event_source_url: path('event_source_url'),
  currency: path('custom_data.currency'),
  value: path('custom_data.value'),
  num_items: path('custom_data.num_items'),
  contents: {
    '@arrayPath': ['$.custom_data.contents', { id: path('id'), quantity: path('quantity'), item_price: path('price') }]
  },
  user_data: {
    email: path('user_data.em'),
    phone: path('user_data.ph'),
    firstName: path('user_data.fn'),
    lastName: path('user_data.ln'),
    dateOfBirth: path('user_data.db'),
    client_ip_address: path('user_data.client_ip_address'),
    client_user_agent: path('user_data.client_user_agent')
  }
}
const settings = { pixelId: '1' }

let bytes = 0
const action = new Destination(definition).actions.purchase
// It names its compiled schema after the destination; today's ajv takes such a name for a URI and refuses blanks in it.
action.destinationName = 'facebook'
action.createRequestClient = () => async (url, options) => {
  bytes += JSON.stringify(options.json).length
}

serve(async body => {
  let finished = 0
  bytes = 0
  for (const data of JSON.parse(body).events) {
    try {
      await action.execute({ mapping, data, settings })
      finished += 1
    } catch { } // what it refuses
  }
  return { finished, bytes }
})
