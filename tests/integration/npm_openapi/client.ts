// client.ts URL KEY: posts with the client that openapi-typescript makes of docs/openapi.yaml. Each line of the output is a
// status and what the answer says. That it compiles shows that the document's types fit a sender's program.
import createClient from "openapi-fetch";
import type { components, paths } from "./relay.js";

declare const process: { argv: string[] };
const [url, key] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

type Event = components["schemas"]["Event"];
const order: Event = {
  event_id: `client-${Date.now()}`,
  event_name: "PURCHASE",
  event_time: Math.floor(Date.now() / 1000),
  user_data: { em: "jane@example.com" },
  custom_data: { value: 12.5, currency: "USD", order_id: "client-1" },
};

async function post(events: Event[], headers = {}): Promise<void> {
  const body = { event_group_id: "example_website_123", events };
  const { data, error, response } = await client.POST("/v1/events", { body, headers });
  const answer = data ?? error;
  if (answer && "code" in answer) {
    const failed = answer.failed_events.map((one) => [one.index, Object.keys(one.errors), one.destination ?? "all"]);
    console.log(JSON.stringify([response.status, answer.code, answer.events_received, failed, answer.request_id !== ""]));
  } else console.log(JSON.stringify([response.status, answer]));
}

await post([order]);
await post([{ ...order, event_time: "yesterday" }]);
await post([order], { Authorization: "Bearer nobody" });
