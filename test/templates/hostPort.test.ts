import { expect, it } from 'vitest'
import { stripDomain, stripPort } from '../../src/templates/hostPort.ts'

it.each([
  ['a name', 'foo.example.com', 'foo.example.com', 'foo'],
  ['a name with port', 'foo.example.com:12345', 'foo.example.com', 'foo:12345'],
  ['an IPv4 address', '192.0.2.1:12345', '192.0.2.1', '192.0.2.1:12345'],
  ['an IPv6 address', '2001:0DB8::1', '2001:0DB8::1', '2001:0DB8::1'],
  ['an IPv6 address with port', '[2001:0DB8::1]:12345', '2001:0DB8::1', '[2001:0DB8::1]:12345'],
  ['no address', '[2001:0DB8::1]::12345', '[2001:0DB8::1]::12345', '[2001:0DB8::1]::12345'],
  ['nothing', '', '', ''],
])('strips port and domain of %s', (_name, text, withoutPort, withoutDomain) => {
  expect(stripPort(text)).toBe(withoutPort)
  expect(stripDomain(text)).toBe(withoutDomain)
})
