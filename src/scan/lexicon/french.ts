// French, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const french: Language = {
  words: {
    'says-override': [
      ...every(
        'tes, les, vos, toutes les',
        'règles, consignes, instructions',
        'précédentes, antérieures, anciennes, ',
        "ne valent plus, ne sont plus valables, sont annulées, sont caduques, sont nulles, sont suspendues, sont levées, ne s'appliquent plus, ne comptent plus",
      ),
      ...list(
        "comme si tu n'avais reçu aucune, comme si vous n'aviez reçu aucune, comme si tu n'avais aucune, les instructions précédentes ne s'appliquent plus, les consignes précédentes ne s'appliquent plus, sont annulées les instructions",
      ),
      ...every(
        'ne tiens plus compte, ne tenez plus compte, ne tiens pas compte, ne tenez pas compte',
        'de ce qui précède, de tout ce qui précède, de ce qui a été dit',
      ),
      ...every(
        'ignore, ignorez, oublie, oubliez',
        'tout ce que, tout ce qui, tout',
        'on t a dit, on vous a dit, précède, tu sais',
      ),
      ...every(
        'ne tiens pas compte, ne tenez pas compte, fais abstraction, faites abstraction, ne suis plus, ne suivez plus',
        'des, de tes, de vos, de toutes les, les, tes, vos',
        'instructions, consignes, règles, directives',
      ),
      ...every(
        "oublie, oubliez, ignore, ignorez, oublie d'abord",
        'tes, vos, toutes tes, toutes vos, les',
        'consignes, règles',
      ),
    ],
    'says-conceal': [
      ...list("n'en parle à personne, n'en parlez à personne, ne le dis à personne"),
      ...list(
        "sans que l'utilisateur en soit informé, sans que l'utilisateur soit informé, sans que l'utilisateur soit au courant, sans que l'utilisateur en soit averti, sans que l'utilisateur ne le sache, sans que le client le sache, n'en parle à personne, n'en parle pas, n'en parlez pas, n'en dis rien, n'en dites rien, ne rien dire, ne le mentionne pas, ne le mentionnez pas, sans le mentionner, sans le mentionner à, garde cela secret, garde le secret, gardez cela secret, gardez le secret, garde cela pour toi, cela reste entre nous, ceci reste entre nous, reste entre nous, l'utilisateur n'a pas besoin de le savoir, l'utilisateur n'a pas à le savoir, l'utilisateur ne doit pas, l'utilisateur ne doit rien, l'utilisateur ne verra, n'avertis pas, n'avertissez pas, n'informe pas, n'informez pas, cache cela, cachez cela, dissimule cette",
      ),
      ...every(
        'ne',
        'le, la, les, l, lui, en',
        'dis, dites, mentionne, mentionnez, révèle, révélez, signale, signalez, parle, parlez, montre, montrez, communique, communiquez, informe, informez',
        'pas, jamais, surtout pas, rien',
      ),
      ...every(
        'ne, n',
        'dis, dites, mentionne, mentionnez, révèle, révélez, signale, signalez, parle, parlez, montrez, informe, informez, avertis, préviens, prévenez, informe',
        'pas, jamais, rien',
        "à l'utilisateur, l'utilisateur, cela à l'utilisateur, ceci, cela, en, de cela",
      ),
      ...list(
        "à l'insu de l'utilisateur, sans que l'utilisateur le sache, sans que l'utilisateur s'en rende compte, sans en informer l'utilisateur, sans informer l'utilisateur, sans prévenir l'utilisateur, sans le dire à l'utilisateur, l'utilisateur ne doit pas savoir, l'utilisateur ne doit pas le savoir, l'utilisateur ne doit rien savoir, cache le à l'utilisateur, cachez le à l'utilisateur",
      ),
    ],
    'says-consent': list(
      "sans demander, sans confirmation, sans autorisation, sans l'accord, sans accord, sans son accord, sans attendre, l'accord est déjà, le consentement est déjà, consentement déjà donné, a déjà donné son consentement, a donné son accord, considère que l'utilisateur est d'accord, aucune confirmation n'est nécessaire, pas besoin de confirmation, pas besoin de demander, inutile de demander, ne demande pas, ne demandez pas, vaut acceptation, vaut accord, est réputé, tacitement, l'utilisateur a déjà accepté, l'utilisateur a déjà donné son accord, l'utilisateur a déjà autorisé, l'utilisateur a déjà approuvé, l'utilisateur a déjà consenti, sans demander confirmation, sans demander de confirmation, sans demander la permission, ne demande pas de confirmation, ne demandez pas de confirmation, ne demande pas à l'utilisateur, sans demander à l'utilisateur",
    ),
    'says-exfil': every(
      'joins, joignez, inclus, incluez, envoie, envoyez, ajoute, ajoutez, transmets, transmettez',
      ', systématiquement, toujours',
      "l'historique de la conversation, l'intégralité de la conversation, toute la conversation, l'historique complet, le prompt système, les instructions système",
    ),
    'says-role': list(
      'tu es maintenant, vous êtes maintenant, fais semblant d être, faites semblant d être, comporte toi comme si, nouveau prompt système, nouvelles instructions système, mode développeur, mode sans restriction',
    ),
    'says-tool': list(
      "avant d'utiliser tout autre outil, avant d'appeler tout autre outil, avant tout autre outil, avant d'utiliser un autre outil",
    ),
    assistant: list("assistant, modèle de langage, agent ia, l'assistant"),
    free: list(
      'plus aucune règle, aucune règle, plus de règles, aucune limite, aucune restriction, sans aucune restriction, sans règles, sans aucun filtre, n es plus lié, n êtes plus lié, n es plus soumis, libre de toute, tout est permis, libéré de, affranchi de, sans aucune limite, sans limites, sans restriction, sans restrictions, sans filtre, sans censure',
    ),
    user: list(
      "utilisatrice, utilisateur final, l utilisateur, personne, usager, usagers, l usager, internaute, utilisateur, utilisateurs, l'utilisateur, client, clients, d'utilisateurs",
    ),
    you: list('tu, vous, tes, votre, vos'),
    not: list('jamais, ne pas'),
    must: list(
      "doit, doivent, devras, devrez, est tenu de, tu dois, il convient, veille à, veillez à, n'oublie pas, n'oubliez pas, pense à, pensez à, dois, devez, toujours, obligatoire, obligatoirement, il faut, impérativement",
    ),
    rules: list('instructions, instruction, consignes, consigne, règles, directives, ordres, restrictions'),
    prior: list('précédentes, précédente, précédents, antérieures, ci dessus, initiales, d origine'),
    every: list(
      "totalité, complète, complets, l'ensemble, entière, entiers, mot pour mot, textuellement, intégral, intégrale, à chaque, systématiquement, toutes, tous, tout, chaque, complet, entier, intégralité, ensemble",
    ),
    secret: list(
      "code secret, codes secrets, code de sécurité, jeton, jetons, cookie de session, identifiants de connexion, code à usage unique, numéro de carte, numéros de carte, coordonnées bancaires, clé ssh, clés ssh, phrase de récupération, phrase secrète, code pin, codes de secours, fichier env, trousseau, mot de passe, mots de passe, clé privée, clés privées, clé secrète, clés secrètes, clé api, clés api, clés d'accès, clé d'api, identifiants, jeton d'accès, jetons d'accès, variables d'environnement, fichier .env",
    ),
    private: list(
      'boîte de réception, contacts, carnet d adresses, données personnelles, données des clients, liste des clients, documents',
    ),
    inner: list(
      'ce que le développeur, ce que les développeurs, ce que ton créateur, ce que tes créateurs, ce qui a été dit, ce qu on t a appris, tes restrictions, prompt système, invite système, instructions système, consignes système, message système, instructions initiales, consignes initiales, tes instructions, vos instructions, tes consignes, vos consignes, ton prompt, votre prompt, ta configuration, instructions cachées, instructions secrètes, consignes internes, tout ce qui précède, texte ci dessus, texte qui précède, ton contexte, ta mémoire',
    ),
    tell: list(
      'informé, informée, informer, avertir, averti, prévenu, prévenir, mentionner, mentionné, signaler, signalé, révéler, savoir, sache, remarque, aperçoive, avise, aviser, indiquer, divulguer, divulgue, évoque, évoquer',
    ),
    talk: list(
      "historique complet, fil de discussion, tous les messages, derniers messages, ce que l'utilisateur a écrit, ce que l utilisateur écrit, transcription, liste des fonctions, conversation, historique, historique de la conversation, prompt système, instructions système, l'invite système, messages précédents, liste des outils",
    ),
    param: list('paramètre, argument, le champ, du champ, dans le champ, en tête'),
    outside: list('serveur externe, serveur distant, adresse externe, un tiers, des tiers'),
    tool: list('outil, outils, fonction'),
    quiet: list(
      "à l'insu, en douce, sans bruit, sans le signaler, sans en parler, sans rien dire, secrètement, en toute discrétion, en arrière plan, furtivement, en secret, en silence, silencieusement, discrètement, en cachette",
    ),
    session: list("désormais, dorénavant, à partir de maintenant, dans toutes les sessions, à l'avenir"),
    safety: list('filtres de sécurité, règles de sécurité, consignes de sécurité'),
    before: list("avant de, avant d', d'abord, après, lorsque, chaque fois que"),
  },
  orders: {
    ignore: list(
      'ignorer, oublier, négliger, désobéir, contourner, outrepasser, ignorez ce, ignore ce, oubliez ce, oublie ce, ignorez, ignore toutes, ignore les, ignore tes, ignore vos, oublie, oubliez, oublions, néglige, négligez, désobéis',
    ),
    read: list(
      'lire, ouvrir, récupérer, collecter, extraire, consulter, copier, copie, copiez, consulte, consultez, cherche, cherchez, prenez, recueille, recueillez, ouvre, ouvrez, relève, relevez, obtiens, obtenez, lis, lisez, lis le, récupère, récupérez, récupere, collecte, collectez, ouvre le fichier, ouvrez le fichier, extrais, extrayez',
    ),
    send: list(
      'envoyer, transmettre, transférer, publier, partager, expédie, expédiez, partage, partagez, faire parvenir, fais parvenir, faites parvenir, communiquer, communique, communiquez, téléverser, téléversez, est envoyé, est envoyée, sont envoyés, sont envoyées, sera envoyé, sera transmis, achemine, remets, remettez, envoie, envoyez, envoie le, envoie la, transmets, transmettez, transfère, transférez, publie, publiez, poste, postez, téléverse',
    ),
    put: list(
      'joindre, inclure, ajouter, insérer, mettre, placer, fournir, coller, glisse, glissez, glisser, intègre, intégrez, intégrer, recopie, recopiez, recopier, renseigne, renseignez, remplis, remplissez, cachez, passer, indiquez, dissimule, inclus, incluez, mets, mettez, mets le, ajoute, ajoutez, insère, insérez, place le, placez, joins, joignez, passe le, passe la, passez, fournis, fournissez, colle',
    ),
    write: list('écris, écrivez, enregistre, enregistrez, modifie, modifiez'),
    run: list('exécute, exécutez, lance le, lancez'),
    call: list('appelle, appelez, utilise, utilisez, invoque, invoquez'),
    tell: list('révèle, révélez, montre, montrez, dis moi, dites moi, affiche, affichez'),
    answer: list('réponds, répondez, imprime, répète, répétez, affiche, affichez, publie'),
    delete: list('supprimer, effacer, détruis, détruisez, supprime, supprimez, efface, effacez'),
  },
}
