/** Who is signed in. The cookie is the server's and unreadable here; this is what it told us. */
import { computed, shallowRef } from 'vue'
import { ProblemError, useCsrf } from '../api/client'
import { linkIdentity } from '../api/provider'
import { buildings as loadBuildings, closeSession, currentSession, openSession } from '../api/resources'
import type { Session } from '../api/types'
import { startLanguage } from '../i18n/language'
import { startLive, stopLive } from './live'
import { forgetPlaces } from './places'

export const session = shallowRef<Session | null>(null)
export const isAdministrator = computed(() => session.value?.person.roles.includes('system_administrator') ?? false)
/** May correct readings somewhere; of which meters the server says. */
export const mayCorrect = computed(() => isAdministrator.value || (session.value?.person.roles.includes('institution_administrator') ?? false))

/** Set while a session may exist, so that a stranger's first page load does not ask in vain. */
const HINT = 'civicwatt.session'

let asked: Promise<void> | null = null

/** Ask the server once per page load whether the cookie still stands. */
export function restoreSession(): Promise<void> {
  if (localStorage.getItem(HINT) === null) return Promise.resolve()
  asked ??= currentSession().then(begin, (failure: unknown) => {
    asked = null
    if (!(failure instanceof ProblemError && failure.status === 401)) throw failure
    localStorage.removeItem(HINT)
  })
  return asked
}

export async function signIn(login: string, password: string): Promise<void> {
  begin(await openSession(login, password))
}

/** Sign in for the first time by a provider: the password links whom it has named. */
export async function linkProvider(password: string): Promise<void> {
  begin(await linkIdentity(password))
}

/** Ask anew, such as after another password was chosen. */
export async function renewSession(): Promise<void> {
  begin(await currentSession())
}

export async function signOut(): Promise<void> {
  await closeSession()
  endSession()
}

/** Ask whether the session has ended; any call but the one for the session itself tells. */
function confirmSession(): void {
  void loadBuildings().catch(() => undefined)
}

/** The server no longer knows the session: nothing of it may stay on the screen. */
export function endSession(): void {
  session.value = null
  localStorage.removeItem(HINT)
  useCsrf('')
  stopLive()
  forgetPlaces()
}

function begin(found: Session): void {
  session.value = found
  localStorage.setItem(HINT, '1')
  useCsrf(found.csrf)
  startLanguage(found.lang)
  startLive(confirmSession)
}
