// Spanish, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const spanish: Language = {
  words: {
    'says-override': [
      ...every(
        'olvida, olvídate de, olvide, ignora, ignore',
        'todo lo que, lo que',
        'te han dicho, te dijeron, te dije, has aprendido, sabes',
      ),
      ...every(
        'instrucciones, reglas, órdenes',
        'anteriores, previas',
        'quedan anuladas, ya no aplican, ya no son válidas, no aplican, quedan sin efecto',
      ),
      ...every(
        'ignora, ignore, olvida, olvide, descarta',
        'todo lo, todo',
        'anterior, que te han dicho, que te dijeron, que sabes, dicho antes',
      ),
      ...every(
        'haz caso omiso de, hagan caso omiso de, no hagas caso de, no hagas caso a, no sigas',
        'las, tus, todas las, todas tus',
        'instruc*, indicac*, reglas, normas',
      ),
    ],
    'says-conceal': [
      ...every(
        'no, nunca, jamás',
        ', se lo, lo, le',
        'menciones, menciona, mencione, digas, diga, cuentes, reveles, revele, informes, informe, comuniques, muestres, notifiques, avises',
        'al usuario, nada al usuario, esto al usuario',
      ),
      ...every('no, nunca', 'se lo, lo', 'menciones, digas, cuentes, reveles, comentes'),
      ...list(
        'sin que el usuario lo sepa, sin que el usuario se entere, sin que se entere, sin informar al usuario, sin avisar al usuario, sin decírselo al usuario, el usuario no debe saber, el usuario no debe enterarse, a espaldas del usuario, oculta al usuario, ocúltalo al usuario, ocúltaselo al usuario',
      ),
    ],
    'says-consent': list(
      'el usuario ya ha aceptado, el usuario ya aceptó, el usuario ya ha dado su consentimiento, el usuario ya autorizó, el usuario ya ha autorizado, sin pedir confirmación, sin pedir permiso, no pidas confirmación, no pidas permiso, sin preguntar al usuario, no preguntes al usuario',
    ),
    'says-exfil': every(
      'incluye, incluya, envía, envíe, adjunta, adjunte, añade, agrega, pasa',
      'todo el, toda la, el',
      'historial de la conversación, historial de chat, conversación completa, conversación, prompt del sistema',
    ),
    'says-role': list(
      'ahora eres, a partir de ahora eres, actúa como si, finge ser, nuevo prompt del sistema, nuevas instrucciones del sistema, modo desarrollador, modo sin restricciones',
    ),
    'says-tool': list(
      'antes de usar cualquier otra herramienta, antes de llamar a cualquier otra herramienta, antes de cualquier otra herramienta, todas las demás herramientas',
    ),
    assistant: list('asistente, modelo de lenguaje, agente de ia'),
    free: list('sin restricciones, sin filtros, sin límites, sin censura'),
    user: list('usuario, usuarios, usuaria, cliente'),
    you: list('tú, tus, tu, te, usted'),
    not: list('nunca, jamás'),
    must: list('debes, debe, deberás, siempre, obligatorio, obligatoriamente, tienes que, hay que, es necesario'),
    rules: list('instrucción, instrucciones, indicaciones, directrices, reglas, normas, órdenes, restricciones'),
    prior: list('anterior, anteriores, previas, previos, previa, precedentes, originales'),
    every: list('todas, todas las, todos los, todo el, cada, cualquier, completo, completa, entero'),
    secret: list(
      'contraseña, contraseñas, clave privada, claves privadas, clave secreta, claves, clave api, credenciales, token de acceso, tokens de acceso, variables de entorno, archivo .env, frase semilla, llave privada',
    ),
    private: list(
      'bandeja de entrada, contactos, datos personales, datos del cliente, lista de clientes, documentos, correos',
    ),
    talk: list(
      'conversación, historial, historial de la conversación, prompt del sistema, instrucciones del sistema, mensajes anteriores, lista de herramientas',
    ),
    param: list('parámetro, argumento, campo, cabecera'),
    outside: list('servidor externo, servidor remoto, dirección externa, terceros'),
    tool: list('herramienta, herramientas, función'),
    quiet: list('en secreto, en silencio, silenciosamente, discretamente, a escondidas'),
    session: list('a partir de ahora, desde ahora, en todas las sesiones, en futuras sesiones, de ahora en adelante'),
    safety: list('filtros de seguridad, medidas de seguridad, políticas de seguridad'),
    before: list('antes de, primero, después de, cuando, siempre que, cada vez que'),
  },
  orders: {
    ignore: list(
      'no tengas en cuenta, no tenga en cuenta, no tengan en cuenta, no tomes en cuenta, deja de lado, dejen de lado, haz caso omiso de, ignora, ignore, ignorad, ignoren, olvida, olvide, olvidad, olvídate de, descarta, descarte, desobedece, omite',
    ),
    read: list(
      'lee, leed, lea, obtén, obtenga, recupera, recopila, busca, extrae, abre el archivo, abra el archivo, copia el contenido',
    ),
    send: list(
      'envía, envíe, envíalo, envíala, envíalos, manda, mande, mándalo, reenvía, reenvíe, sube, transmite, publica',
    ),
    put: list(
      'incluye, incluya, inclúyelo, pon, ponlo, ponga, pásalo, pasa el, pasa la, añade, añádelo, agrega, agrégalo, adjunta, adjunte, inserta, introduce',
    ),
    write: list('escribe, escriba, guarda, guárdalo, modifica'),
    run: list('ejecuta, ejecute'),
    call: list('llama a, llame a, invoca, utiliza, usa la herramienta'),
    tell: list('revela, revele, muestra, muestre, dime, enséñame'),
    answer: list('responde, imprime, repite, devuelve, escribe'),
    delete: list('elimina, elimine, borra, borre'),
  },
}
