const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\uFFFD',
}

/** Go's template.HTMLEscapeString. */
export function escapeHtml(text: string): string {
  return /["'&<>\0]/.test(text) ? text.replace(/["'&<>\0]/g, (c) => HTML[c] ?? c) : text
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

/** Go's template.JSEscapeString: safe inside a JavaScript string. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\0-\x1f\x7f-\xa0\u2028\u2029\ufeff]/g, (c) => {
    const hex = c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return JS[c] ?? `\\u${hex}`
  })
}

/** Go's url.QueryEscape: a blank is `+`, only letters, digits and `-_.~` stay. */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
