import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AddressKind, addressKind } from '../../src/http/address.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)

const table: Readonly<Record<AddressKind, readonly string[]>> = {
  public: words(`
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.114.0 223.255.255.255
    168.63.129.15 2606:4700:4700::1111 2a00:1450:4001:82a::200e 2001:4860:4860::8888 2001:200:: 2003::1
    3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff`),
  unspecified: words(`
    0.0.0.0 0.1.2.3 0.255.255.255 :: 0:0:0:0:0:0:0:0`),
  loopback: words(`
    127.0.0.1 127.0.0.0 127.255.255.255 ::1 0:0:0:0:0:0:0:1 0000::0001`),
  private: words(`
    10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 fc00::
    fd12:3456:789a::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0::1 feff::1`),
  shared: words(`
    100.64.0.0 100.127.255.255`),
  'link-local': words(`
    169.254.0.0 169.254.255.255 169.254.169.253 fe80::1 febf:ffff::1`),
  metadata: words(`
    169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 fd00:ec2::254 FD00:0EC2::0254 fd20:ce::254`),
  multicast: words(`
    224.0.0.1 239.255.255.255 ff02::1 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff`),
  documentation: words(`
    192.0.2.1 198.51.100.255 203.0.113.0 2001:db8::1 3fff::1 3fff:fff::1`),
  translated: words(`
    192.88.99.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8 ::ffff:0:7f00:1 ::127.0.0.1 ::7f00:1
    64:ff9b::7f00:1 64:ff9b::127.0.0.1 64:ff9b:1::a00:1 2002:7f00:1:: 2002:a00:1::1 2001::1
    2001:0:4136:e378:8000:63bf:3fff:fdd2`),
  reserved: words(`
    192.0.0.0 192.0.0.255 198.18.0.0 198.19.255.255 240.0.0.1 255.255.255.255 2001:1::1 2001:1ff::
    100::1 4000::1 5f00::1 e000::1 1fff::1 64:ff9a::1 ::1:0:0:0`),
  invalid: words(`
    localhost 127.1 0x7f000001 2130706433 127.0.0.01 [::1] fe80::1%eth0 1.2.3.4.5 ::g`),
}

for (const [kind, addresses] of Object.entries(table)) {
  test(`an address is ${kind} when it is in such a range, to both of its ends`, () => {
    for (const address of addresses) assert.equal(addressKind(address), kind, address)
  })
}
