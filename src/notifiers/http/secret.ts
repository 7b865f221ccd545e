import { readSecret } from '../../network/httpAgent.ts'
import type { Secret } from '../../config/config.ts'
import { DeliveryError } from '../notifier.ts'

/**
 * The secret's text now, noted in `secrets` so that it is kept out of errors.
 * @throws DeliveryError, retryable: a file that cannot be read may be there again in a minute
 */
export function readSecretNow(secret: Secret, secrets: string[]): string {
  try {
    const text = readSecret(secret)
    secrets.push(text)
    return text
  } catch (cause) {
    const file = 'file' in secret ? secret.file : ''
    throw new DeliveryError(`cannot read the secret file ${file}`, 'unavailable', { cause })
  }
}
