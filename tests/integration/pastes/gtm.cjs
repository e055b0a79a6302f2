// Runs the Tag Manager template in doubles of what a server container gives it: a task per line of stdin, a line for each.
//
// {tag: {data, event, headers, query, answers, without}}: the tag fires, without that permission; says what it posted,
// logged, used and told the container, or the error that ended it.
// {test: {setup, code}}: a scenario of the template's own tests; says nothing, or what was wrong.
const fs = require("fs")
const vm = require("vm")

const template = fs.readFileSync(process.argv[2], "utf8")
const section = name => template.split(`___${name}___`)[1].split(/^___[A-Z_]+___$/m)[0]
const code = section("SANDBOXED_JS_FOR_SERVER")
const permissions = new Map(JSON.parse(section("SERVER_PERMISSIONS")).map(one => [one.instance.key.publicId, one.instance.param]))

// "Standard Library" of Google's documents on custom templates: all methods that sandboxed JavaScript has.
const METHODS = {
  Array: `concat every filter forEach indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice
    toString unshift`,
  String: `charAt charCodeAt concat indexOf lastIndexOf match replace search slice split substring toLocaleLowerCase toLocaleUpperCase
    toLowerCase toString toUpperCase trim`,
  Object: "hasOwnProperty toString",
  Boolean: "toString",
  Number: "toString",
  Function: "",
}

// A world without globals, without other methods, in which nothing is known but what is passed in.
function sandbox(names) {
  const context = vm.createContext({})
  // For what the container hands over: its arrays must have no more methods than the template's own.
  const parse = vm.runInContext("JSON.parse", context)
  vm.runInContext(
    Object.entries(METHODS).map(([type, kept]) => `{
      const kept = ${JSON.stringify(["constructor", ...kept.split(/\s+/)])}
      for (const name of Object.getOwnPropertyNames(${type}.prototype)) {
        if (kept.indexOf(name) < 0 && name !== "length" && name.indexOf("__")) delete ${type}.prototype[name]
      }
    }`).join("\n") + "\n{ const world = globalThis; for (const name of Object.getOwnPropertyNames(world)) delete world[name] }",
    context,
  )
  const run = (source, values) => vm.runInContext(`"use strict";(function (${names.join(", ")}) {${source}\n})`, context)(...values)
  return { run, parse }
}

function setting(permission, key) {
  const found = permissions.get(permission).find(one => one.key === key)
  if (!found) return undefined
  const { string, boolean, listItem } = found.value
  return listItem ? listItem.map(one => one.mapValue[0].string) : string === undefined ? boolean : string
}

function needs(permission, api) {
  if (!permissions.has(permission)) throw new Error(`${api} needs the permission ${permission}`)
}

// Whether the permission read_request covers this header or parameter of the query.
function readable(api, kind, name) {
  const [allowed, access, list] = {
    header: ["headersAllowed", "headerAccess", "headerWhitelist"],
    query: ["queryParametersAllowed", "queryParameterAccess", "queryParameterWhitelist"],
  }[kind]
  if (setting("read_request", "requestAccess") === "any") return
  const listed = setting("read_request", access) === "any" || (setting("read_request", list) || []).includes(name)
  if (!setting("read_request", allowed) || !listed) throw new Error(`${api}: ${name} is not in read_request`)
}

// The APIs of a server container that the template may ask for, each with its permission, if it needs one.
function apis(world) {
  const guarded = (name, permission, call) => [name, () => (permission && needs(permission, name), call)]
  return new Map([
    guarded("JSON", null, { parse: text => world.parse(text), stringify: value => JSON.stringify(value) }),
    guarded("generateRandom", null, (low, high) => (world.random = (world.random || low) + 1)),
    guarded("getTimestampMillis", null, () => 1772359200000),
    guarded("getAllEventData", "read_event_data", () => world.parse(JSON.stringify(world.event || {}))),
    guarded("getRequestHeader", "read_request", name => {
      readable("getRequestHeader", "header", name)
      return (world.headers || {})[name]
    }),
    guarded("getRequestQueryParameter", "read_request", name => {
      readable("getRequestQueryParameter", "query", name)
      return (world.query || {})[name]
    }),
    guarded("logToConsole", "logging", (...said) => void world.logged.push(said)),
    guarded("sendHttpRequest", "send_http", (url, options, body) => {
      if (typeof url !== "string" || typeof body !== "string") throw new Error("sendHttpRequest(url, options, body)")
      world.posted.push({ url, options, body })
      const answer = world.answers.length ? world.answers.shift() : { statusCode: 202 }
      return answer.reason ? Promise.reject(answer) : Promise.resolve({ headers: {}, body: "", ...answer })
    }),
  ])
}

const required = (known, used) => name => {
  if (!known.has(name)) throw new Error(`there is no API ${name}`)
  used.add(name)
  return known.get(name)()
}

async function fire({ data, without, ...world }) {
  const held = permissions.get(without)
  permissions.delete(without)
  const { run, parse } = sandbox(["require", "data"])
  Object.assign(world, { parse, posted: [], logged: [], answers: [...(world.answers || [])] })
  const told = [], used = new Set()
  const given = { ...data, gtmOnSuccess: () => told.push("success"), gtmOnFailure: () => told.push("failure") }
  let error = ""
  try {
    run(code, [required(apis(world), used), given])
  } catch (thrown) {
    error = thrown.message
  }
  if (held) permissions.set(without, held)
  for (let i = 0; i < 10; i++) await new Promise(resolve => setImmediate(resolve))
  const { posted, logged } = world
  return { posted: posted.map(one => ({ ...one, body: JSON.parse(one.body) })), logged, told, error, used: [...used] }
}

function test({ setup, code: scenario }) {
  const world = { parse: JSON.parse, posted: [], logged: [], answers: [] }, mocks = new Map(), calls = new Set()
  const known = apis(world)
  const called = (name, api) => (typeof api === "function" ? (...args) => (calls.add(name), api(...args)) : api)
  const mocked = name =>
    called(name, mocks.has(name) ? mocks.get(name) : required(known, new Set())(name))
  const own = {
    require: mocked,
    mock: (name, value) => {
      if (!known.has(name)) throw new Error(`there is no API ${name} to mock`)
      mocks.set(name, typeof value === "function" ? value : () => value)
    },
    runCode: data => {
      const done = Object.fromEntries(["gtmOnSuccess", "gtmOnFailure"].map(name => [name, called(name, () => {})]))
      sandbox(["require", "data"]).run(code, [mocked, { ...data, ...done }])
    },
    assertApi: name => ({
      wasCalled: () => calls.has(name) || fail(`${name} was not called`),
      wasNotCalled: () => !calls.has(name) || fail(`${name} was called`),
    }),
    assertThat: value => ({
      isEqualTo: other => JSON.stringify(value) === JSON.stringify(other) || fail(`${JSON.stringify(value)} is not ${JSON.stringify(other)}`),
    }),
  }
  const fail = why => { throw new Error(why) }
  try {
    sandbox(Object.keys(own)).run(`${setup}\n${scenario}`, Object.values(own))
  } catch (error) {
    return String(error.stack)
  }
  return ""
}

;(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const task = JSON.parse(line)
    process.stdout.write(JSON.stringify(task.tag ? await fire(task.tag) : test(task.test)) + "\n")
  }
})()
