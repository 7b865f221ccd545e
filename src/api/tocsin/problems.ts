import { Type } from '@fastify/type-provider-typebox'
import { answer } from '../schemas.ts'

/** A problem in a file of the user's, as the API shows it. */
export const fileProblemSchema = answer({
  file: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  severity: Type.Enum(['error', 'warning']),
  message: Type.String(),
})
