import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { Markup } from '../../../src/templates/engine/value.ts'
import { anyMap, run } from './support.ts'

const DATA = anyMap({
  evil: `"'><script>alert(1)</script>&`,
  js: 'javascript:alert(1)',
  url: 'http://x.example/a b?c=<d>&e=1',
  rel: '/path#x',
  color: '#d9480f',
  css: 'red;background:url(x)',
  html: new Markup('html', '<b>&amp;</b>'),
  safe: new Markup('url', 'javascript:void(0)'),
  name: 'a b',
  nil: null,
  n: 3n,
})

it.each([
  ['text', '<p>{{ .evil }}</p>', '<p>&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</p>'],
  [
    'an attribute',
    '<a title="{{ .evil }}">',
    '<a title="&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;">',
  ],
  ['an unquoted attribute', '<a title={{ .name }}>', '<a title=a&#32;b>'],
  ['a dangerous link', '<a href="{{ .js }}">', '<a href="#ZgotmplZ">'],
  ['a link', '<a href="{{ .url }}">', '<a href="http://x.example/a%20b?c=%3Cd%3E&amp;e=1">'],
  ['a relative link', "<a href='{{ .rel }}'>", "<a href='/path#x'>"],
  [
    'a parameter of a link',
    '<a href="/x?q={{ .url }}&r={{ .name }}">',
    '<a href="/x?q=http%3A%2F%2Fx.example%2Fa%20b%3Fc%3D%3Cd%3E%26e%3D1&r=a%20b">',
  ],
  [
    'a parameter encoded by hand',
    '<a href="/x?q={{ .name | urlquery }}">',
    '<a href="/x?q=a&#43;b">',
  ],
  ['the path of a link', '<a href="/x/{{ .name }}">', '<a href="/x/a%20b">'],
  ['a scheme after the start', '<a href="/{{ .js }}">', '<a href="/javascript:alert%281%29">'],
  ['a trusted link', '<a href="{{ .safe }}">', '<a href="javascript:void%280%29">'],
  [
    'a handler',
    '<a onclick="f(\'{{ .evil }}\')">',
    `<a onclick="f('\\u0022\\u0027\\u003e\\u003cscript\\u003ealert\\u00281\\u0029\\u003c\\u002fscript\\u003e\\u0026')">`,
  ],
  [
    'a script',
    '<script>var x = "{{ .evil }}"</script>{{ .n }}',
    `<script>var x = "\\u0022\\u0027\\u003e\\u003cscript\\u003ealert\\u00281\\u0029\\u003c\\u002fscript\\u003e\\u0026"</script>3`,
  ],
  ['a colour', '<p style="color:{{ .color }}">', '<p style="color:#d9480f">'],
  ['dangerous style', '<p style="color:{{ .css }}">', '<p style="color:ZgotmplZ">'],
  ['a style sheet', '<style>p{color:{{ .css }}}</style>', '<style>p{color:ZgotmplZ}</style>'],
  ['a comment', '<!-- {{ .evil }} --><p>{{ .n }}', '<!--  --><p>3'],
  [
    'a title',
    '<title>{{ .evil }}</title>',
    '<title>&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</title>',
  ],
  ['an attribute name', '<p {{ .evil }}>', '<p ZgotmplZ>'],
  [
    'trusted HTML',
    '<p>{{ .html }}</p><p title="{{ .html }}">',
    '<p><b>&amp;</b></p><p title="&amp;">',
  ],
  [
    'HTML escaped by hand',
    '<p>{{ .evil | html }}</p>',
    '<p>&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</p>',
  ],
  ['no value', '<p>{{ .nil }}</p>', '<p></p>'],
  [
    'a place reached in two ways',
    '<a {{ if .n }}href="{{ else }}title="{{ end }}{{ .js }}">',
    '<a href="#ZgotmplZ">',
  ],
])('escapes for %s', (_name, template, want) => expect(run(template, DATA, true)).toBe(want))

test('no value ever opens or closes a tag or an attribute', () => {
  const places = [
    '<p>{{ .x }}</p>',
    '<a title="{{ .x }}">',
    '<a href="{{ .x }}">',
    '<a href="/?q={{ .x }}">',
  ]
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...places), (x, place) => {
      const [head = '', tail = ''] = place.split('{{ .x }}')
      const printed = run(place, anyMap({ x }), true)
      expect(printed.startsWith(head) && printed.endsWith(tail)).toBe(true)
      expect(printed.slice(head.length, printed.length - tail.length)).not.toMatch(/[<>"']/)
    }),
  )
})
