// A Shopify custom pixel: posts what happens in the shop to the relay, as conversions.
// Paste it whole into Settings, Customer events, Add custom pixel. How to set it up: shopify-pixel.md.

const RELAY = {
  // The output ApiUrl of the stack, or your own domain.
  url: "https://ID.execute-api.REGION.amazonaws.com",
  // A browser key with the origin "null". Anybody can read it here.
  key: "A-LONG-RANDOM-KEY",
  event_group_id: "YOUR_EVENT_GROUP_ID",
  // Shopify's customer events and what they are at Roku. Take a line out, and that event is not sent.
  events: {
    checkout_completed: "PURCHASE",
    checkout_started: "INITIATE_CHECKOUT",
    payment_info_submitted: "ADD_PAYMENT_INFO",
    product_added_to_cart: "ADD_TO_CART",
    product_viewed: "VIEW_CONTENT",
    search_submitted: "SEARCH",
  },
};
const TRIES = 3, PAUSE = 5000; // milliseconds between two tries
const PATIENCE = 300; // milliseconds that an event waits for the tab's session, which another frame answers
const CAMPAIGN = /[?&](utm_[cmst][a-z]+|\w+clk?id|[gw]braid|rtid)=[^&]+/g;

// What the visitor allows now. Without marketingAllowed nothing leaves the page: it waits here for consent.
let privacy = init.customerPrivacy || {};
let waiting = [];
let landing = Promise.resolve("");

const mayMarket = () => privacy.marketingAllowed === true;
const mayKeep = () => mayMarket() && privacy.saleOfDataAllowed === true && navigator.globalPrivacyControl !== true;

// Campaign and click ids of the last landing page that had any, for this tab's session. They are neither read nor kept
// where the visitor refuses the sale of data, or has Global Privacy Control on.
function remember() {
  if (!mayKeep()) return;
  const found = (here("location.search").match(CAMPAIGN) || []).join("");
  landing = found ? Promise.resolve(found) : browser.sessionStorage.getItem("relay").catch(() => "");
  if (found) browser.sessionStorage.setItem("relay", found).catch(() => {});
}

// A text of the page's document, empty without one.
function here(path) {
  const page = (init.context && init.context.document) || {};
  return path.split(".").reduce((value, name) => (value || {})[name], page) || "";
}

async function send(event) {
  const data = event.data || {};
  // The bogus gateway takes orders that are tests.
  if (((data.checkout || {}).transactions || []).some((one) => one.gateway === "bogus")) return;
  const known = mayKeep() && (await Promise.race([landing, new Promise((done) => setTimeout(done, PATIENCE))]));
  post({ event_group_id: RELAY.event_group_id, events: [conversion(event, data, known || "")] }, TRIES);
}

function conversion(event, data, campaigns) {
  const checkout = data.checkout || {}, order = checkout.order || {};
  const campaign = { custom_data: {}, click_ids: {} };
  new URLSearchParams(campaigns).forEach((value, name) => {
    campaign[name.startsWith("utm_") ? "custom_data" : "click_ids"][name] = value;
  });
  return {
    event_name: RELAY.events[event.name],
    event_id: idOf(event, checkout, order),
    event_time: Math.floor((Date.parse(event.timestamp) || Date.now()) / 1000),
    event_source: "website",
    // The shop alone: the path of a checkout opens it to whoever reads it.
    event_source_url: here("location.origin") || undefined,
    user_data: person(checkout, order),
    custom_data: Object.assign(worth(data, checkout, order), campaign.custom_data),
    click_ids: campaign.click_ids,
    // Where saleOfDataAllowed is false, the relay limits the use of the data.
    customerPrivacy: privacy,
  };
}

// The id that Shopify's webhook gives the order, by the same rule: the cart's attribute event_id, else the order's number.
function idOf(event, checkout, order) {
  if (event.name !== "checkout_completed") return event.id;
  const own = (checkout.attributes || []).find((one) => one.key === "event_id");
  return (own && own.value) || number(order.id) || checkout.token || event.id;
}

function person(checkout, order) {
  const customer = (init.data && init.data.customer) || {};
  const billing = checkout.billingAddress || {}, shipping = checkout.shippingAddress || {};
  // One address as a whole: parts of two would be a place where nobody lives.
  const address = billing.city || billing.zip ? billing : shipping;
  return {
    em: checkout.email || customer.email,
    ph: checkout.phone || billing.phone || shipping.phone || customer.phone,
    fn: billing.firstName || shipping.firstName || customer.firstName,
    ln: billing.lastName || shipping.lastName || customer.lastName,
    ct: address.city,
    st: address.province || address.provinceCode,
    zp: address.zip,
    country: address.countryCode || address.country,
    external_id: number((order.customer && order.customer.id) || customer.id),
  };
}

function worth(data, checkout, order) {
  const line = data.cartLine || {}, variant = data.productVariant || line.merchandise;
  const total = checkout.totalPrice || (line.cost && line.cost.totalAmount) || (variant && variant.price) || {};
  const lines = checkout.lineItems || (variant ? [{ variant: variant, quantity: line.quantity || 1 }] : []);
  const items = lines.filter((item) => item.variant);
  const first = order.customer && order.customer.isFirstOrder;
  return {
    value: total.amount,
    currency: total.currencyCode || checkout.currencyCode,
    order_id: number(order.id),
    purchase_type: { true: "first_time_purchase", false: "repeat_purchase" }[first],
    search_string: data.searchResult && data.searchResult.query,
    contents: items.map((item) => ({
      id: number((item.variant.product && item.variant.product.id) || item.variant.id),
      quantity: item.quantity,
      price: item.variant.price && item.variant.price.amount,
    })),
    content_type: items.length ? "product" : undefined,
    num_items: items.reduce((sum, item) => sum + item.quantity, 0) || undefined,
  };
}

// 5501 of gid://shopify/Order/5501: Shopify writes ids either way.
function number(id) {
  return id ? String(id).split("?")[0].split("/").pop() : undefined;
}

// Text, so that there is no preflight. What the relay did not take is tried again while the page is open, under its own
// id: a repeat counts once. A refusal is not tried again, for no repeat would change it.
async function post(body, tries) {
  const text = JSON.stringify(body);
  try {
    const answer = await fetch(RELAY.url + "/v1/beacon?key=" + encodeURIComponent(RELAY.key), {
      method: "POST",
      body: text,
      credentials: "omit",
      keepalive: text.length < 20000, // what outlives the page may have 64 KiB
    });
    if (answer.status < 500 && answer.status !== 429) return;
  } catch (error) {}
  if (tries > 1) setTimeout(() => post(body, tries - 1), PAUSE);
}

remember();
Object.keys(RELAY.events).forEach((name) => {
  analytics.subscribe(name, (event) => {
    if (mayMarket()) send(event).catch(() => {});
    else waiting.push(event);
  });
});
api.customerPrivacy.subscribe("visitorConsentCollected", (event) => {
  privacy = event.customerPrivacy || {};
  remember();
  if (mayMarket()) waiting.splice(0).forEach((one) => send(one).catch(() => {}));
});
