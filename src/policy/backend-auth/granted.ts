// What became of a request for a token: the token, or why there is none.
import { TokenRefused } from '../../oauth/token-endpoint.ts'
import { noCredential } from './kind.ts'

/** Whatever kept a token from us is a missing credential, in the words of whoever refused it. */
export async function granted<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (thrown) {
    throw noCredential(thrown instanceof TokenRefused ? thrown.message : 'the token endpoint cannot be reached', thrown)
  }
}
