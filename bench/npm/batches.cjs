// Answers each line (the number of a file given as argument) with the CPU time that the work on that file took.
'use strict'
const { readFileSync } = require('node:fs')
const { createInterface } = require('node:readline')

// `work(body)` returns, or promises, how many events it finished and how many bytes it wrote.
module.exports = async function serve (work) {
  const bodies = process.argv.slice(2).map(file => readFileSync(file, 'utf8'))
  for await (const line of createInterface({ input: process.stdin })) {
    const before = process.cpuUsage()
    const done = await work(bodies[Number(line)])
    const { user, system } = process.cpuUsage(before)
    process.stdout.write(JSON.stringify({ seconds: (user + system) / 1e6, ...done }) + '\n')
  }
}
