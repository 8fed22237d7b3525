/** The one door to the server: same origin, cookie session, problem details for errors. */

/** What a sentence of the server says, to be worded in any language; no code: English only. */
export interface Words {
  code: string
  parameters: Record<string, string>
}

/** One value of a request that is not what is wanted there. */
export interface Misfit extends Words {
  place: string
  detail: string
}

interface Told extends Words {
  place: string
  misfits: Misfit[]
}

export class ProblemError extends Error implements Told {
  readonly code: string
  readonly parameters: Record<string, string>
  readonly place: string
  readonly misfits: Misfit[]

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    { code = '', parameters = {}, place = '', misfits = [] }: Partial<Told> = {},
  ) {
    super(detail || title || String(status))
    this.code = code
    this.parameters = parameters
    this.place = place
    this.misfits = misfits
  }
}

export type Query = Record<string, string | number | readonly (string | number)[] | null | undefined>

export interface Call {
  query?: Query
  body?: unknown
  /** A file, sent as it is instead of a body. */
  file?: Blob
  /** Revision that was seen, where a change wants to be told. */
  ifMatch?: number
  /** Address by which what is changed was seen, where it is another one. */
  seenAt?: string
  signal?: AbortSignal
}

const ROOT = '/api/v1'
/** What nobody has to be signed in for: refused there, nobody was signed out. */
const SIGN_IN = ['/session', '/session/provider/link']
/** ETag of what was read last from each address, so that a change of it names what was seen. */
const seen = new Map<string, string>()
let csrf = ''
let signedOut: () => void = () => undefined

/** Kept in memory only; every write sends it. */
export function useCsrf(token: string): void {
  csrf = token
}

/** Called whenever the server says that nobody is signed in. */
export function onSignedOut(call: () => void): void {
  signedOut = call
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return `${ROOT}${path}${text ? `?${text}` : ''}`
}

async function problem(response: Response): Promise<ProblemError> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as Partial<Told> & { title?: string; detail?: unknown }
    const detail = typeof body.detail === 'string' ? body.detail : ''
    return new ProblemError(response.status, body.title ?? response.statusText, detail, body)
  } catch {
    // A proxy in between answers with a page of its own; its status is all there is to tell.
    return new ProblemError(response.status, response.statusText, '')
  }
}

export async function call<T>(method: string, path: string, { query, body, file, ifMatch, seenAt, signal }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (ifMatch !== undefined) headers['If-Match'] = `"${ifMatch}"`
  const named = seen.get(address(seenAt ?? path))
  if (ifMatch === undefined && named !== undefined && (method === 'PUT' || method === 'PATCH')) headers['If-Match'] = named
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  const response = await fetch(address(path, query), {
    method,
    headers,
    body: file ?? (body === undefined ? null : JSON.stringify(body)),
    signal: signal ?? null,
    credentials: 'same-origin',
  })
  if (!response.ok) {
    // The first look at the session, and a wrong password, are no sign-out.
    if (response.status === 401 && !SIGN_IN.includes(path)) signedOut()
    throw await problem(response)
  }
  const etag = response.headers.get('ETag')
  if (method !== 'GET') seen.delete(address(seenAt ?? path))
  else if (etag) seen.set(address(path, query), etag)
  return (response.status === 204 ? undefined : await response.json()) as T
}
