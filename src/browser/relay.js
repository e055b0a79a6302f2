// The browser's half of the relay, served as /v1/relay.js. A page says what happened, relay(NAME, FIELDS); this posts it
// as a conversion to the beacon endpoint beside it, and tells Roku's pixel with the same event_id.
//
// It throws nothing into the page, never makes it wait, and stores no more than it must. Browsers since 2018 read it.
// Before it is served only lines of comment and indentation are taken out (script.py), and the rest has 2,048 bytes at
// most: what needs an explanation has it here, and the code is brief.
{
  // Whatever a browser, a blocker or the page itself may refuse is tried through this.
  let safe = f => {try {return f()} catch {}}
  safe(() => {
    // Read at once: currentScript is null as soon as this has run.
    let {src, dataset: {key, group, pixel, send}} = document.currentScript
    // What the page's first line has queued; or this script itself: loaded twice, it sends once.
    let {q = [], on} = self.relay || {}
    if (on) return
    let url = new URL("beacon?key=" + encodeURIComponent(key), src)

    // Campaign and click ids of the last landing page that had any, for this tab's session; under Global Privacy Control
    // they are neither read nor remembered.
    let gpc = navigator.globalPrivacyControl, query
    gpc || safe(() => {
      query = (location.search.match(/[?&](utm_[cmst][a-z]+|\w+clk?id|[gw]braid|rtid)=[^&]+/g) || [sessionStorage.relay]).join("")
      if (query) sessionStorage.relay = query
    })

    // What waits for the network: in localStorage, for each key and event group, or in memory where that is blocked. At
    // most 20 events, for 7 days: for so long the relay's ledger knows a repeat.
    let shelf = url + group, memory = []
    let kept = () => safe(() => JSON.parse(localStorage[shelf]).filter(e => !(e.event_time < Date.now() / 1e3 - 6048e2))) || memory

    // Everything up to the request happens at once, before the page can go away. What happens now (live) goes by beacon:
    // the browser sees to it whatever becomes of the page, but nobody hears the answer, and where the page's referrer
    // policy is no-referrer or same-origin it may come without the origin that the key asks for: against both there is
    // data-send="fetch". What waited goes by fetch, and waits until the answer is heard. So does what the browser does
    // not take as a beacon: above 64 KiB, or where it has none.
    let post = async (events, live) => {
      let left = events
      try {
        // Text, so that there is no preflight.
        let body = JSON.stringify({event_group_id: group, events})
        if (events[0] && navigator.onLine) {
          if (live && safe(() => navigator.sendBeacon(url, body))) return
          // What outlives the page may have 64 KiB; 20,000 characters never have more.
          // Of all refusals only 400 is about the events: no repeat would help.
          if ((await fetch(url, {method: "POST", body, credentials: "omit", keepalive: body.length < 2e4})).status < 401) left = []
        }
      } catch {}
      // Looked up again: other calls and other tabs may have come in between.
      memory = kept().filter(e => !events.some(s => s.event_id == e.event_id)).concat(left).slice(-20)
      safe(() => memory[0] ? localStorage[shelf] = JSON.stringify(memory) : delete localStorage[shelf])
    }

    self.relay = (event_name, fields) => safe(() => {
      let event = {
        event_name,
        event_id: safe(() => crypto.randomUUID()) || Date.now() + "-" + Math.random(),
        // Whole seconds, until 2106.
        event_time: Date.now() / 1e3 >>> 0,
        event_source: "website",
        event_source_url: location.href,
        referrer_url: document.referrer
      }
      // A copy, field by field: one that is not JSON, such as a circular object, is left out alone.
      for (let name in fields) safe(() => event[name] = JSON.parse(JSON.stringify(fields[name])) || event[name])
      new URLSearchParams(query).forEach((value, name) => {
        let part = name[0] == "u" ? "custom_data" : "click_ids"
        event[part] = {[name]: value, ...event[part]}
      })
      if (gpc) event.opt_out = "true"
      post([event], send != "fetch")
      // How the pixel is told about an opt-out is not published: then the relay alone sends the event.
      if (event.opt_out != "true") self[pixel || "rkp"]("event", event_name, {...event.custom_data, event_id: event.event_id})
    })
    relay.on = 1
    addEventListener("online", () => post(kept()))
    post(kept())
    q.forEach(call => relay(...call))
  })
}
