/** Whether an argument is a matcher (`severity=page`, `host!~"db.*"`) rather than a name. */
export function isMatcher(text: string): boolean {
  return /[=]|!~/.test(text)
}

/** A matcher as it is; any other text is the name of an alert, as amtool reads it. */
export function asMatcher(text: string): string {
  return isMatcher(text) ? text : `alertname=${JSON.stringify(text)}`
}
