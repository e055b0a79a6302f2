// An identify call, one that no destination takes and an order, by each library, posted as it posts them by itself.
// Arguments: the host, the write key. Prints what the library told of each call as a line of JSON.
const { Analytics } = require("@segment/analytics-node");
const RudderAnalytics = require("@rudderstack/rudder-sdk-node");

const [host, writeKey] = process.argv.slice(2);

const order = (id) => ({
  userId: "u-7",
  event: "Order Completed",
  messageId: id,
  properties: { order_id: id, total: 42.5, currency: "USD" },
  context: { traits: { email: "pat@example.com" } },
});
const nobody = { userId: "u-7", event: "Order Completed", properties: { total: "a lot" }, timestamp: new Date(0) };

function told(library, error) {
  const said = error && error.reason ? error.reason : error;
  console.log(JSON.stringify({ library, error: said ? String(said.message ?? said.statusText ?? said) : null }));
}

async function segment() {
  const client = new Analytics({ host, writeKey, maxRetries: 0 });
  client.on("error", (error) => told("segment", error));
  for (const [kind, call] of [
    ["identify", { userId: "u-7", traits: { email: "pat@example.com" } }],
    ["track", nobody],
    ["track", order("node-order")],
    ["page", { userId: "u-7", name: "Thanks" }],
  ]) {
    client[kind](call, (error) => told("segment", error));
  }
  await client.closeAndFlush();
}

async function rudder() {
  const client = new RudderAnalytics(writeKey, { dataPlaneUrl: host, flushAt: 4 });
  client.identify({ userId: "u-7", traits: { email: "pat@example.com" } }, (error) => told("rudder", error));
  client.track({ ...nobody, userId: "u-8" }, (error) => told("rudder", error));
  client.track(order("rudder-order"), (error) => told("rudder", error));
  client.page({ userId: "u-7", name: "Thanks" }, (error) => told("rudder", error));
  await client.flush();
}

segment().then(rudder);
