/** The OpenID provider by which people may sign in. */
import { call } from './client'
import type { Session } from './types'

export interface SignInProvider {
  /** What it is called; null: people sign in by password alone. */
  name: string | null
  /** Whom it named at this browser: their password links them, once. */
  proposed_login: string | null
}

export const signInProvider = () => call<SignInProvider>('GET', '/session/provider')
export const linkIdentity = (password: string) => call<Session>('POST', '/session/provider/link', { body: { password } })
