import { CHANNEL_TEMPLATES } from './channels.ts'
import { EMAIL_TEMPLATES } from './email.ts'
import { SHARED_TEMPLATES } from './shared.ts'

/** The built-in definitions, under the names that Alertmanager's users call and override. */
export function defaultTemplates(
  productName: string,
): ReadonlyArray<{ name: string; text: string }> {
  const product = `{{ define "__alertmanager" }}{{ ${goString(productName)} }}{{ end }}`
  return [
    { name: 'product.default', text: product },
    { name: 'shared.default', text: SHARED_TEMPLATES },
    { name: 'channels.default', text: CHANNEL_TEMPLATES },
    { name: 'email.default', text: EMAIL_TEMPLATES },
  ]
}

/** A Go string constant; JSON's escapes are a part of Go's. */
function goString(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
}
