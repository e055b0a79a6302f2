// Segment's own normaliser for Meta's Conversions API: each line is an array of people, each an object of text fields;
// the answer is what it makes of each, in Meta's short names, or null where it throws.
'use strict'
const { createInterface } = require('node:readline')
const path = '@segment/action-destinations/dist/destinations/facebook-conversions-api/fb-capi-user-data'
const { hash_user_data: hashed } = require(path)

const NAMES = {
  em: 'email', ph: 'phone', fn: 'firstName', ln: 'lastName', ge: 'gender', db: 'dateOfBirth', ct: 'city', st: 'state',
  zp: 'zip', country: 'country'
}

function made (fields) {
  const user = {}
  for (const [name, value] of Object.entries(fields)) user[NAMES[name]] = value
  try {
    return hashed({ user_data: user })
  } catch {
    return null
  }
}

createInterface({ input: process.stdin }).on('line', line => {
  process.stdout.write(JSON.stringify(JSON.parse(line).map(made)) + '\n')
})
