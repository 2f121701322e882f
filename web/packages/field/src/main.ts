// The first part a phone runs: it begins to read what the phone holds, then loads the app. Keep it small.
import { readAhead } from './store/held'

readAhead()
void import('./app')
