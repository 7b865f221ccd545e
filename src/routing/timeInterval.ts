/** One spec of a named interval: all fields that are present must hold; each is a list of alternatives. Ranges are inclusive. */
export interface TimeInterval {
  /** Minutes of the day, end exclusive. */
  readonly times: readonly Range[] | null
  /** Sunday = 0. */
  readonly weekdays: readonly Range[] | null
  /** Negative counts from the month's end. */
  readonly daysOfMonth: readonly Range[] | null
  readonly months: readonly Range[] | null
  readonly years: readonly Range[] | null
  /** IANA zone name. */
  readonly location: string
}

export interface Range {
  readonly begin: number
  readonly end: number
}
