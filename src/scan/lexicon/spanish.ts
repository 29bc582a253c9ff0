// Spanish, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const spanish: Language = {
  words: {
    'says-override': [
      ...every(
        'las, tus, sus, todas las',
        'reglas, instrucciones, normas',
        'anteriores, previas, ',
        'ya no valen, ya no rigen, ya no aplican, ya no cuentan, quedan anuladas, quedan sin efecto, están anuladas, están suspendidas, son nulas',
      ),
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
      ...list('no se lo digas a nadie, no le digas a nadie, sin decírselo a nadie'),
      ...list(
        'sin que el usuario lo sepa, sin que el usuario se entere, sin que el usuario lo note, sin que el usuario se dé cuenta, sin decírselo, sin avisar, sin avisarle, sin mencionarlo, sin informar, no lo menciones, no lo mencione, no lo comentes, no digas nada, no diga nada, no se lo digas, no se lo cuentes, no avises, no informes al usuario, no hace falta que el usuario, el usuario no tiene por qué, el usuario no necesita saber, el usuario no debe, que quede entre nosotros, queda entre nosotros, mantenlo en secreto, manténgalo en secreto, guarda el secreto, guárdalo en secreto, ocúltalo, ocultarlo, oculta esto, esconde esto',
      ),
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
      'sin preguntar, sin preguntarle, sin confirmación, sin confirmar, sin pedir permiso, sin pedir confirmación, sin autorización, sin consultar, sin esperar, ya lo aceptó, ya aceptó, ya lo ha aceptado, ya ha aceptado, ya ha dado su consentimiento, ya dio su consentimiento, ya dio permiso, ya lo autorizó, ya autorizó, ya ha autorizado, ya está aprobado, ya fue aprobado, no pidas confirmación, no pida confirmación, no pidas permiso, no preguntes, no pregunte, no es necesario confirmar, no hace falta confirmar, no hace falta preguntar, se da por concedido, se considera aprobado, cuenta como aprobación, tiene permiso para, el usuario ya ha aceptado, el usuario ya aceptó, el usuario ya ha dado su consentimiento, el usuario ya autorizó, el usuario ya ha autorizado, sin preguntar al usuario, no preguntes al usuario',
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
    free: list(
      'ninguna regla, ninguna restricción, sin reglas, sin ninguna restricción, sin ninguna regla, sin limitaciones, ya no estás sujeto, ya no estás limitado, no estás sujeto, libre de restricciones, libre de reglas, liberado de, todo está permitido, sin ética, sin moral, sin restricciones, sin filtros, sin límites, sin censura',
    ),
    user: list('usuarias, usuario final, cliente, clientes, nadie, usuario, usuarios, usuaria'),
    you: list('tú, tus, tu, te, usted'),
    not: list('nunca, jamás'),
    must: list(
      'debes, deberás, deben, tienes que, tiene que, hay que, es necesario, asegúrate, recuerda, no olvides, procura, debe, siempre, obligatorio, obligatoriamente',
    ),
    rules: list('instrucción, instrucciones, indicaciones, directrices, reglas, normas, órdenes, restricciones'),
    prior: list('anterior, anteriores, previas, previos, previa, precedentes, originales'),
    every: list(
      'todo, entera, entero, íntegra, íntegro, literal, literalmente, palabra por palabra, completa, completo, completas, en cada, cada vez, todas, todas las, todos los, todo el, cada, cualquier',
    ),
    secret: list(
      'secreto, secretos, código secreto, cookie de sesión, código de verificación, código de un solo uso, número de tarjeta, datos bancarios, clave ssh, claves ssh, clave de acceso, claves, frase semilla, frase de recuperación, datos de acceso, llave privada, llaves privadas, llavero, variable de entorno, contraseña, contraseñas, clave privada, claves privadas, clave secreta, clave api, credenciales, token de acceso, tokens de acceso, variables de entorno, archivo .env',
    ),
    private: list(
      'bandeja de entrada, contactos, datos personales, datos del cliente, lista de clientes, documentos, correos',
    ),
    inner: list(
      'lo que dijo el desarrollador, lo que te dijeron, lo que te hayan dicho, lo que te enseñaron, de tus restricciones, tus restricciones, prompt del sistema, prompt de sistema, mensaje del sistema, instrucciones del sistema, instrucciones iniciales, tus instrucciones, sus instrucciones, tus reglas, tu prompt, tu configuración, instrucciones ocultas, instrucciones internas, indicaciones iniciales, indicaciones del sistema, todo lo anterior, texto anterior, texto de arriba, tu contexto, tu memoria',
    ),
    tell: list(
      'informar, informado, avisar, avises, avise, mencionar, menciones, mencione, revelar, decir, digas, diga, contar, cuentes, cuente, comentar, notificar, notifiques, saber, sepa, enterarse, entere, mostrar, comuniques, comunicar',
    ),
    talk: list(
      'diálogo, charla, conversación completa, todos los mensajes, últimos mensajes, lo que escribió el usuario, lo que el usuario escribe, lo que ha dicho el usuario, transcripción, lista de funciones, conversación, historial, historial de la conversación, prompt del sistema, instrucciones del sistema, mensajes anteriores, lista de herramientas',
    ),
    param: list('parámetro, argumento, campo, cabecera'),
    outside: list('servidor externo, servidor remoto, dirección externa, terceros'),
    tool: list('herramienta, herramientas, función'),
    quiet: list(
      'sigilosamente, a escondidas, sin que se note, calladamente, en segundo plano, sin decir nada, disimuladamente, secretamente, en secreto, en silencio, silenciosamente, discretamente',
    ),
    session: list('a partir de ahora, desde ahora, en todas las sesiones, en futuras sesiones, de ahora en adelante'),
    safety: list('filtros de seguridad, medidas de seguridad, políticas de seguridad'),
    before: list('antes de, primero, después de, cuando, siempre que, cada vez que'),
  },
  orders: {
    ignore: list(
      'olvídate, olvidar, ignorar, desobedece, desobedecer, saltarte, omitir, desatiende, pasa por alto, no tengas en cuenta, no tenga en cuenta, no tengan en cuenta, no tomes en cuenta, deja de lado, dejen de lado, haz caso omiso de, ignora, ignore, ignorad, ignoren, olvida, olvide, olvidad, olvídate de, descarta, descarte, desobedece, omite',
    ),
    read: list(
      'leer, abrir, obtener, recopilar, extraer, copiar, recoge, recoja, busca, busque, consulta, consulte, copia, copie, recupera, recupere, recuperar, consigue, consiga, recopila, recopile, lee, leed, lea, obtén, obtenga, extrae, abre el archivo, abra el archivo, copia el contenido',
    ),
    send: list(
      'enviar, envíe, enviarlo, enviarlos, mandar, manda, mande, remitir, remite, remita, transmitir, transmite, reenviar, reenvía, reenvíe, subir, sube, suba, publicar, compartir, comparte, comparta, filtra, se envía, se envían, será enviado, haz llegar, entrega, entregue, envía, envíalo, envíala, envíalos, mándalo, publica',
    ),
    put: list(
      'incluir, añadir, agregar, adjuntar, insertar, poner, colocar, pasar, escribir, agrega, agregue, adjunta, adjunte, coloca, coloque, inserta, inserte, pega, pegue, introduce, introduzca, oculta, esconde, rellena, rellene, completa, proporciona, proporcione, anota, pon, incluye, incluya, inclúyelo, ponlo, ponga, pásalo, pasa el, pasa la, añade, añádelo, agrégalo',
    ),
    write: list('escribe, escriba, guarda, guárdalo, modifica'),
    run: list('ejecuta, ejecute'),
    call: list('llama a, llame a, invoca, utiliza, usa la herramienta'),
    tell: list('revela, revele, muestra, muestre, dime, enséñame'),
    answer: list('responde, imprime, repite, devuelve, escribe'),
    delete: list('eliminar, borrar, borra, destruye, elimina, elimine, borre'),
  },
}
