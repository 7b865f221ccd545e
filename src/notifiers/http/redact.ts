/** Replaces every one of these secrets in a text by `<secret>`. Texts shorter than 4 characters are no secrets. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    const forms = secrets.flatMap(formsOf).filter((form) => form.length >= 4)
    // Longest first: a URL before the token inside it.
    forms.sort((a, b) => b.length - a.length)
    return forms.reduce((clean, form) => clean.replaceAll(form, '<secret>'), text)
  }
}

/** A secret, and the path of a secret URL, which providers like to echo. */
function formsOf(secret: string): readonly string[] {
  if (!/^https?:/i.test(secret) || !URL.canParse(secret)) return [secret]
  const { pathname, search, href, username, password } = new URL(secret)
  return [secret, href, pathname + search, pathname, username, password]
}
