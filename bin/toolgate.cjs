#!/usr/bin/env node
'use strict'
// Starts toolgate when this Node.js is new enough, or hands over to the one in this checkout. Old syntax only: an old Node.js must be able to say no.
var path = require('path')
var fs = require('fs')
var v = process.versions.node.split('.').map(Number)
var dist = path.join(__dirname, '../dist/src/main.js')
var built = fs.existsSync(dist) // a checkout runs its sources, whose `await using` only Node.js 24 can read
var enough = v[0] >= 24 || (built && v[0] === 22 && v[1] >= 19)
var own = path.join(__dirname, '../runtime/bin/node') // only in a checkout

if (enough) {
  require('module').enableCompileCache()
  void import(built ? '../dist/src/main.js' : '../src/main.ts')
} else if (fs.existsSync(own)) {
  var child = require('child_process').spawn(own, [__filename].concat(process.argv.slice(2)), { stdio: 'inherit' })
  ;['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (name) {
    process.on(name, function () {
      child.kill(name)
    })
  })
  child.on('exit', function (code) {
    process.exit(code === null ? 1 : code)
  })
} else {
  console.error(
    'toolgate needs Node.js 22.19 or newer; this is ' +
      process.version +
      ' at ' +
      process.execPath +
      '\n' +
      'Run it with a newer one, without installing that:  npx -p node@26 -p toolgate toolgate\n' +
      'or install a newer one:  https://nodejs.org/en/download',
  )
  process.exitCode = 1
}
