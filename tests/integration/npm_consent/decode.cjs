// Decodes strings with the IAB's own libraries: a line of JSON in, [kind, text], a line of JSON out, null if it is refused.
const {GppModel} = require("@iabgpp/cmpapi")
const {TCString} = require("@iabtcf/core")

const decode = {
  gpp: text => new GppModel(text).toObject(),
  tcf: text => {
    let model = TCString.decode(text)
    return {purposes: [...model.purposeConsents.values()], vendors: [...model.vendorConsents.values()]}
  },
}

require("readline").createInterface({input: process.stdin}).on("line", line => {
  let [kind, text] = JSON.parse(line), found = null
  try {
    found = decode[kind](text)
  } catch {}
  console.log(JSON.stringify(found))
})
