/** The bundled build: the package's main needs Node's `stream` and `buffer`, which no browser has. */
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer from 'simple-peer';
  export default SimplePeer;
}
