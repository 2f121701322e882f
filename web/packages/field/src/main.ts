// The first part a phone runs: it shows the list as it stood last and reads what the phone holds, then loads the app. Keep it small.
import { readAhead } from './store/held'

void readAhead().then(() => import('./app'))
