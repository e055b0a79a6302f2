// Runs the Shopify pixel in doubles of what Shopify's sandbox gives it: a scenario per line of stdin, and for each a line
// with what it posted, what it kept in the tab's session, and what it waited for.
//
// A scenario: {privacy, gpc, search, kept, silent (storage never answers), customer, steps: [{event} | {consent}], answers: [status or null for no answer]}
const fs = require("fs")
const vm = require("vm")

const code = new vm.Script(fs.readFileSync(process.argv[2], "utf8"), { filename: "shopify-pixel.js" })
const turn = () => new Promise(resolve => setImmediate(resolve))

async function run(scenario) {
  const posted = [], pauses = [], stored = new Map(Object.entries(scenario.kept || {}))
  const answers = [...(scenario.answers || [])]
  const subscribed = {}
  const subscribe = (name, callback) => {
    if (typeof name !== "string") throw new TypeError("the name of an event")
    ;(subscribed[name] = subscribed[name] || []).push(callback)
  }
  const told = (name, event) => (subscribed[name] || []).forEach(callback => callback(event))
  const sandbox = {
    analytics: { subscribe },
    // Custom pixels have no global customerPrivacy, only that of api.
    api: { customerPrivacy: { subscribe } },
    // Each call is answered later, from the top frame.
    browser: {
      sessionStorage: {
        getItem: key => (scenario.silent ? new Promise(() => {}) : Promise.resolve(stored.has(key) ? stored.get(key) : null)),
        setItem: async (key, value) => void stored.set(key, String(value)),
      },
    },
    init: {
      customerPrivacy: scenario.privacy,
      context: { document: { location: { search: scenario.search || "", origin: "https://shop.example.com" } } },
      data: { customer: scenario.customer || null },
    },
    navigator: { globalPrivacyControl: scenario.gpc },
    URLSearchParams,
    fetch: async (url, options) => {
      if (typeof options.body !== "string") throw new TypeError("a body that needs a preflight")
      posted.push({ url, ...options, body: JSON.parse(options.body) })
      const status = answers.length ? answers.shift() : 202
      if (status === null) throw new TypeError("Failed to fetch")
      return { status }
    },
    setTimeout: (callback, pause) => (pauses.push(pause), setImmediate(callback)),
  }
  vm.createContext(sandbox)
  code.runInContext(sandbox)
  for (const step of scenario.steps) {
    if (step.consent) told("visitorConsentCollected", { customerPrivacy: step.consent })
    else told(step.event.name, step.event)
    for (let i = 0; i < 20; i++) await turn()
  }
  return { posted, pauses, stored: Object.fromEntries(stored) }
}

;(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    process.stdout.write(JSON.stringify(await run(JSON.parse(line))) + "\n")
  }
})()
