// For servers of others that would listen to everybody: this machine is enough for a test.
import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function (options, ...rest) {
  return listen.call(this, typeof options === 'object' ? { ...options, host: '127.0.0.1' } : options, ...rest)
}
