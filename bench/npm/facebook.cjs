// Meta's SDK for Node: parse, build its objects, normalise, hash and write each event.
'use strict'
const { Content, CustomData, ServerEvent, UserData } = require('facebook-nodejs-business-sdk')
const serve = require('./batches.cjs')

function finish ({ user_data: user, custom_data: custom, ...event }) {
  const person = new UserData()
    .setEmail(user.em).setFirstName(user.fn).setLastName(user.ln)
  if (user.ph) person.setPhone(user.ph)
  if (user.db) person.setDateOfBirth(user.db.replaceAll('-', ''))
  if (user.client_ip_address) person.setClientIpAddress(user.client_ip_address)
  if (user.client_user_agent) person.setClientUserAgent(user.client_user_agent)
  const bought = new CustomData()
    .setValue(custom.value).setCurrency(custom.currency).setOrderId(custom.order_id).setNumItems(custom.num_items)
    .setContents(custom.contents.map(item =>
      new Content().setId(item.id).setQuantity(Number(item.quantity)).setItemPrice(item.price)))
  return JSON.stringify(new ServerEvent()
    .setEventName('Purchase').setEventTime(event.event_time).setEventId(event.event_id)
    .setEventSourceUrl(event.event_source_url).setActionSource('website')
    .setUserData(person).setCustomData(bought)
    .normalize())
}

serve(body => {
  let finished = 0
  let bytes = 0
  for (const event of JSON.parse(body).events) {
    try {
      bytes += finish(event).length
      finished += 1
    } catch { } // what it refuses
  }
  return { finished, bytes }
})
