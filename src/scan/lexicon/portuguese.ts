// Portuguese, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const portuguese: Language = {
  words: {
    'says-override': [
      ...every(
        'as, suas, todas as',
        'regras, instruções, normas',
        'anteriores, prévias, ',
        'já não valem, não valem mais, não se aplicam mais, não contam mais, estão anuladas, foram anuladas, foram suspensas, estão revogadas, foram revogadas',
      ),
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
      ...list('não conte a ninguém, não diga a ninguém'),
      ...list(
        'sem que o usuário saiba, sem que o utilizador saiba, sem que o usuário perceba, sem o conhecimento do usuário, sem avisar, sem avisá-lo, sem mencionar, sem informar, não mencione, não comente, não diga nada, não conte, não avise, não informe, não revele, o usuário não precisa saber, o usuário não deve saber, o usuário não pode saber, o utilizador não deve, fica entre nós, mantenha em segredo, mantenha isso em segredo, guarde segredo, oculte isso, esconda isso',
      ),
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
      'sem perguntar, sem confirmação, sem confirmar, sem pedir permissão, sem pedir confirmação, sem autorização, sem consultar, sem esperar, já aceitou, já concordou, já autorizou, já aprovou, já deu permissão, já deu consentimento, já consentiu, não peça confirmação, não peça permissão, não pergunte, não é necessário confirmar, não é preciso confirmar, consentimento já foi, considera-se aprovado, conta como aprovação, o usuário já autorizou, o usuário já aprovou, o usuário já concordou, o usuário já deu permissão, sem perguntar ao usuário, não pergunte ao usuário',
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
    free: list(
      'nenhuma regra, nenhuma restrição, sem regras, sem restrições, sem limites, sem filtros, sem censura, sem nenhuma restrição, não está mais sujeito, não está mais limitado, livre de restrições, livre de regras, tudo é permitido, sem ética, sem restrições, sem filtros, sem limites, sem censura',
    ),
    user: list('utilizador, utilizadores, usuária, usuárias, cliente, clientes, pessoa, ninguém, usuário, usuários'),
    you: list('você, seu, sua, seus, suas, teu, tua, tuas'),
    not: list('nunca, jamais, não'),
    must: list(
      'deve, devem, deverá, precisa, tem de, tem que, é necessário, é obrigatório, certifique se, lembre se, não se esqueça, deves, sempre, obrigatório, obrigatoriamente',
    ),
    rules: list('instrução, instruções, regras, orientações, diretrizes, ordens, restrições'),
    prior: list('anterior, anteriores, prévias, precedentes, originais'),
    every: list(
      'inteira, inteiro, íntegra, completa, completo, palavra por palavra, literalmente, a cada, cada vez, todas, todos os, tudo, cada, qualquer',
    ),
    secret: list(
      'segredo, segredos, código secreto, código de verificação, código de uso único, número do cartão, dados bancários, chave ssh, chaves ssh, chave de acesso, chaves, frase de recuperação, palavra passe, palavras passe, dados de acesso, dados de login, variável de ambiente, senha, senhas, chave privada, chaves privadas, chave secreta, chave api, chave de api, credenciais, token de acesso, variáveis de ambiente, arquivo .env, ficheiro .env',
    ),
    private: list('caixa de entrada, contatos, dados pessoais, dados do cliente, documentos, lista de clientes'),
    inner: list(
      'o que o desenvolvedor, o que os desenvolvedores, o que te disseram, o que lhe disseram, suas restrições, prompt do sistema, prompt de sistema, mensagem do sistema, instruções do sistema, instruções iniciais, suas instruções, tuas instruções, suas regras, seu prompt, sua configuração, instruções ocultas, instruções internas, tudo acima, texto acima, seu contexto, sua memória, mensagem de sistema',
    ),
    tell: list(
      'informar, informado, avisar, avise, mencionar, mencione, revelar, revele, dizer, diga, contar, conte, comentar, comente, notificar, notifique, saber, saiba, perceber, perceba, mostrar',
    ),
    talk: list(
      'diálogo, bate papo, conversa, conversa inteira, conversa completa, todas as mensagens, últimas mensagens, o que o usuário escreveu, lista de funções, histórico, histórico da conversa, prompt do sistema, instruções do sistema, mensagens anteriores, lista de ferramentas',
    ),
    param: list('parâmetro, argumento, campo, cabeçalho'),
    outside: list('servidor externo, servidor remoto, endereço externo, terceiros'),
    tool: list('ferramenta, ferramentas, função'),
    quiet: list(
      'às escondidas, sem alarde, discretamente, em segundo plano, sem dizer nada, secretamente, sorrateiramente, de forma oculta, em segredo, silenciosamente, em silêncio',
    ),
    session: list('a partir de agora, de agora em diante, em todas as sessões, em sessões futuras'),
    safety: list('filtros de segurança, regras de segurança, políticas de segurança'),
    before: list('antes de, primeiro, depois de, quando, sempre que'),
  },
  orders: {
    ignore: list(
      'ignorar, esquecer, desobedeça, desobedecer, desconsidere, desconsiderar, contorne, deixe de lado, deixe de lado, deixa de lado, deixem de lado, não leve em conta, não leves em conta, não considere, não siga, não sigas, ignora, ignorem, esqueça, esquece, esqueçam, desconsidere, desconsidera, desrespeite, ignore as, ignore todas, ignore suas, ignore quaisquer',
    ),
    read: list(
      'ler, abrir, obter, coletar, extrair, copiar, buscar, busque, pegue, copie, colete, recolha, obtenha, consulte, extraia, recupere, procure, leia, lê o, abra o arquivo, abra o ficheiro, copie o conteúdo',
    ),
    send: list(
      'enviar, mandar, mande, encaminhar, encaminhe, transmitir, transmita, reenviar, reenvie, publicar, publique, compartilhar, compartilhe, partilhe, remeter, remeta, carregue, repassar, repasse, é enviado, são enviados, será enviado, submeta, poste, envie, envia, envie o, manda, encaminha',
    ),
    put: list(
      'incluir, adicionar, anexar, inserir, colocar, passar, anexe, insira, ponha, cole, acrescente, preencha, forneça, escreva, esconda, oculte, insira o, coloque o, junte, inclua, inclui, coloque, coloca, adicione, passe o, passe a',
    ),
    write: list('escreva, grave, salve, guarde, modifique'),
    run: list('execute o, execute a, executa, rode o'),
    call: list('chame, chama, invoque, utilize, use a ferramenta'),
    tell: list('revele, revela, mostre, mostra, diga me'),
    answer: list('responda, imprima, repita, devolva, exiba'),
    delete: list('apagar, excluir, apague, exclua, remova, elimine, delete os'),
  },
}
