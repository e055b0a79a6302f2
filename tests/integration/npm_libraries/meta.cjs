// Posts a purchase with Meta's own library: meta.cjs URL KEY EVENT_ID. Prints what the library makes of the answer.
const sdk = require('facebook-nodejs-business-sdk');

const [url, key, id] = process.argv.slice(2);
Object.defineProperty(sdk.FacebookAdsApi, 'GRAPH', { get: () => url });
sdk.FacebookAdsApi.init(key);
const user = new sdk.UserData().setEmails(['pat@example.com']).setClientIpAddress('203.0.113.9').setCity('tampa');
const paid = new sdk.CustomData().setValue(42.5).setCurrency('usd').setContents([new sdk.Content().setId('F-1').setQuantity(2).setItemPrice(21.25)]);
const event = (name, eventId) =>
  new sdk.ServerEvent().setEventName(name).setEventTime(Math.floor(Date.now() / 1000)).setEventId(eventId).setUserData(user)
    .setCustomData(paid).setActionSource('website').setEventSourceUrl('https://shop.example/thanks');
new sdk.EventRequest(key, '1234').setEvents([event('Purchase', id), event('GoldMember', `${id}-own`)]).execute()
  .then((answer) => console.log(JSON.stringify({ received: answer.events_received, messages: answer.messages })))
  .catch((error) => console.log(JSON.stringify({ failed: String(error.message || error) })));
