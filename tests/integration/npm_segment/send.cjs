// Segment's engine with its destination for Rokt's Conversions API, action "send": mapping, checks, hashing. Each line of
// the input is [call, mapping]; the mapping lies over the action's own defaults, as in Segment's tests; its user
// attributes are further ones. Each line of the output is the body that would be posted, or {"refused": why}. Nothing is
// sent: its HTTP client is replaced.
'use strict'
const { Destination, defaultValues } = require('@segment/actions-core')
const definition = require('@segment/action-destinations/dist/destinations/rokt-capi').default
const { createInterface } = require('readline')

const settings = { apiKey: 'key', apiSecret: 'secret' }
const defaults = defaultValues(definition.actions.send.fields)
const action = new Destination(definition).actions.send
// It names its compiled schema after the destination; today's ajv takes such a name for a URI and refuses blanks in it.
action.destinationName = 'rokt'

async function sent(data, mapping) {
  let body = null
  action.createRequestClient = () => async (_, options) => {
    body = options.json
  }
  try {
    const user_attributes = { ...defaults.user_attributes, ...mapping.user_attributes }
    await action.execute({ mapping: { ...defaults, ...mapping, user_attributes }, data, settings })
  } catch (error) {
    return { refused: error.message }
  }
  return body
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await sent(...JSON.parse(line))) + '\n')
  }
}

main()
