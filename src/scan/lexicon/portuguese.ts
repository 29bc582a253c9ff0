// Portuguese, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const portuguese: Language = {
  words: {
    'says-override': [
      ...every(
        'ignore, ignora, esqueça, esquece, desconsidere, descarte',
        'tudo, tudo o',
        'que foi dito, que te disseram, que lhe disseram, que veio antes, acima, anterior',
      ),
      ...every(
        'não siga, não obedeça, pare de seguir',
        'as, suas, as suas, todas as',
        'instruç*, regras, orientações, diretrizes',
      ),
    ],
    'says-conceal': [
      ...every(
        'não, nunca, jamais',
        ', o, lhe',
        'mencione, menciones, conte, conta, diga, digas, revele, informe, avise, mostre, notifique, comente',
        'ao usuário, ao utilizador, isso ao usuário, isto ao utilizador, nada ao usuário, o usuário',
      ),
      ...every('não, nunca', 'mencione, conte, diga, revele, comente', 'isso, isto, nada'),
      ...list(
        'sem que o usuário saiba, sem o usuário saber, sem que o usuário perceba, sem avisar o usuário, sem informar o usuário, o usuário não deve saber, o usuário não pode saber, o utilizador não deve saber, esconda do usuário, oculte do usuário, em segredo do usuário',
      ),
    ],
    'says-consent': list(
      'o usuário já autorizou, o usuário já aprovou, o usuário já concordou, o usuário já deu permissão, sem pedir confirmação, sem pedir permissão, não peça confirmação, não peça permissão, sem perguntar ao usuário, não pergunte ao usuário',
    ),
    'says-exfil': every(
      'inclua, envie, anexe, adicione, passe',
      'toda a, todo o, o, a',
      'histórico da conversa, conversa completa, prompt do sistema, conversa inteira',
    ),
    'says-role': list(
      'agora você é, a partir de agora você é, finja ser, finja que é, aja como se, novo prompt do sistema, novas instruções do sistema, modo desenvolvedor, modo sem restrições',
    ),
    'says-tool': list(
      'antes de usar qualquer outra ferramenta, antes de qualquer outra ferramenta, antes de chamar qualquer outra ferramenta',
    ),
    assistant: list('assistente, modelo de linguagem, agente de ia'),
    free: list('sem restrições, sem filtros, sem limites, sem censura'),
    user: list('usuário, usuários, utilizador, utilizadores, cliente'),
    you: list('você, seu, sua, seus, suas, teu, tua, tuas'),
    not: list('nunca, jamais, não'),
    must: list('deve, deves, sempre, obrigatório, obrigatoriamente, é necessário, precisa'),
    rules: list('instrução, instruções, regras, orientações, diretrizes, ordens, restrições'),
    prior: list('anterior, anteriores, prévias, precedentes, originais'),
    every: list('todas, todos os, tudo, cada, qualquer, completo, completa, inteiro, inteira'),
    secret: list(
      'senha, senhas, palavra passe, chave privada, chaves privadas, chave secreta, chave api, chave de api, chaves, credenciais, token de acesso, variáveis de ambiente, arquivo .env, ficheiro .env',
    ),
    private: list('caixa de entrada, contatos, dados pessoais, dados do cliente, documentos, lista de clientes'),
    talk: list(
      'conversa, histórico, histórico da conversa, prompt do sistema, instruções do sistema, mensagens anteriores, lista de ferramentas',
    ),
    param: list('parâmetro, argumento, campo, cabeçalho'),
    outside: list('servidor externo, servidor remoto, endereço externo, terceiros'),
    tool: list('ferramenta, ferramentas, função'),
    quiet: list('em segredo, silenciosamente, em silêncio, discretamente, às escondidas'),
    session: list('a partir de agora, de agora em diante, em todas as sessões, em sessões futuras'),
    safety: list('filtros de segurança, regras de segurança, políticas de segurança'),
    before: list('antes de, primeiro, depois de, quando, sempre que'),
  },
  orders: {
    ignore: list(
      'deixe de lado, deixa de lado, deixem de lado, não leve em conta, não leves em conta, não considere, não siga, não sigas, ignora, ignorem, esqueça, esquece, esqueçam, desconsidere, desconsidera, desrespeite, ignore as, ignore todas, ignore suas, ignore quaisquer',
    ),
    read: list('leia, lê o, obtenha, recupere, colete, abra o arquivo, abra o ficheiro, extraia, copie o conteúdo'),
    send: list('envie, envia, envie o, mande, manda, encaminhe, encaminha, transmita, publique, carregue'),
    put: list('inclua, inclui, coloque, coloca, insira, anexe, adicione, acrescente, passe o, passe a, forneça'),
    write: list('escreva, grave, salve, guarde, modifique'),
    run: list('execute o, execute a, executa, rode o'),
    call: list('chame, chama, invoque, utilize, use a ferramenta'),
    tell: list('revele, revela, mostre, mostra, diga me'),
    answer: list('responda, imprima, repita, devolva, exiba'),
    delete: list('apague, exclua, elimine, delete os'),
  },
}
