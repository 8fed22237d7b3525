/** The OpenID provider by which people may sign in. */
import { call } from './client'
import type { Schemas } from './schema'
import type { Session } from './types'

export type SignInProvider = Schemas['ProviderOut']

export const signInProvider = () => call<SignInProvider>('GET', '/session/provider')
export const linkIdentity = (password: string) => call<Session>('POST', '/session/provider/link', { body: { password } })
