// The nearest word, under the name that this room and the command line know it by; expressions use the same.
export { distance, nearestWord } from '../core/suggest.ts'
