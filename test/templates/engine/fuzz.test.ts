import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TemplateError } from '../../../src/templates/engine/templateError.ts'
import { compileRuleTemplate } from '../../../src/templates/ruleTemplate.ts'
import { message, renderHtml, renderText } from '../support.ts'

const WORDS = (
  '{{ }} {{- -}} ( ) | := = , . $ $x $labels .a .Labels .Alerts if else end range with define template block break ' +
  'continue nil true "a" `r` \'c\' 1 -1 1.5 0x1p4 99999999999999999999 /* */ print printf "%5.2f%s" index len slice eq lt ' +
  'and or not html js urlquery humanize toTime args match "(a*)*" reReplaceAll toJson list dict \n é \u00a0 " \' ` \\'
).split(' ')

/** Texts made of the words of the language, so that many of them parse. */
const texts = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, fc.string()), {
    maxLength: 40,
  })
  .map((words) => words.join(' '))

/** Well-formed actions around random operands. */
const actions = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'print',
        'printf "%v %d %s"',
        'index $labels',
        'len',
        'html',
        'humanize',
        'toTime',
        'toUpper',
        'not',
        'eq 1',
        'args',
        'humanizeDuration',
        'parseDuration',
        'toDuration',
        'title',
        'match "a|b"',
        'slice "héllo"',
        'printf',
      ),
      fc.constantFrom(
        '1',
        '"a"',
        '1.5',
        '.',
        '$labels',
        '$value',
        'nil',
        '(now | toTime)',
        '(args 1 nil)',
        '"1e400"',
      ),
      fc.constantFrom(
        '',
        '| print',
        '| len',
        '| printf "%08.3x"',
        '| printf "%q"',
        '| eq 1.5',
        '| js',
        '| toTime',
      ),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.map(([fn, arg, tail]) => `{{ ${fn} ${arg} ${tail} }}`).join(''))

const CONTEXT = { labels: { a: 'b' }, value: 1.5, externalLabels: {}, externalURL: '', now: 1e12 }

test('rule templates neither crash nor hang, whatever their text', () => {
  fc.assert(
    fc.property(fc.oneof(texts, actions, fc.string()), (text) => {
      const start = performance.now()
      const compiled = compileRuleTemplate(text, 'X')
      if ('error' in compiled) {
        expect(compiled.line).toBeGreaterThan(0)
        expect(compiled.column).toBeGreaterThan(0)
      } else {
        const { text: printed, error } = compiled.template.render(CONTEXT)
        expect(error === null || printed.startsWith('<error expanding template: ')).toBe(true)
      }
      expect(performance.now() - start).toBeLessThan(2_000)
    }),
    { numRuns: 2_000 },
  )
})

test('message templates fail with TemplateError only', () => {
  const data = message()
  fc.assert(
    fc.property(
      fc.oneof(texts, actions),
      fc.constantFrom(renderText, renderHtml),
      (text, render) => {
        try {
          render(text, data)
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
