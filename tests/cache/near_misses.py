"""Pairs that lie close to each other as vectors. A line: two questions that must not, or must, share an answer."""

TRAPS = """
number | How do I lose 10 pounds in a month? | How do I lose 20 pounds in a month?
number | What are 3 good reasons to learn Rust? | What are five good reasons to learn Rust?
number | List the top ten movies of 2019 | List the top ten movies of 2020
number | What is 15% of 240? | What is 25% of 240?
number | How much is $1,000 in euros? | How much is $10,000 in euros?
number | What happened on March 5th 1933? | What happened on March 6th 1933?
number | How do I install Python 3.10? | How do I install Python 3.1?
number | What changed in Django 4.2? | What changed in Django 5.0?
number | Who won the first world cup? | Who won the second world cup?
number | How long do I boil an egg for 6 minutes? | How long do I boil an egg for 12 minutes?
number | Summarize chapter two of the book | Summarize chapter twelve of the book
number | Is -5 a valid exit code? | Is 5 a valid exit code?
number | Convert 2024-01-05 to a Unix timestamp | Convert 2024-05-01 to a Unix timestamp
number | What is the 5th amendment? | What is the 15th amendment?
number | Set a timer for one hour | Set a timer for two hours
number | What are the top movies of all time? | What are the top 50 movies of all time?
number | What does HTTP status 401 mean? | What does HTTP status 403 mean?
number | Meet at 10:30 am or not? | Meet at 11:30 am or not?
number | What is 3 minus 10? | What is 10 minus 3?
unit | How far is the moon in kilometers? | How far is the moon in miles?
unit | Give me the size of the file in MB | Give me the size of the file in GB
opposite | How many steps should I walk per day? | How many steps should I walk per week?
opposite | What is 100 degrees Celsius? | What is 100 degrees Fahrenheit?
number | How much does 5 kg of rice cost? | How much does 5 lb of rice cost?
number | How much is 50 euros worth? | How much is 50 dollars worth?
negation | How do I delete my account? | How do I not delete my account?
negation | Which foods are safe during pregnancy? | Which foods are not safe during pregnancy?
negation | Why can I log in? | Why can't I log in?
negation | Find recipes with nuts | Find recipes without nuts
negation | Which countries have a king? | Which countries have never had a king?
negation | List all users except admins | List all users and admins
negation | Delete the logs but not the backups | Delete the backups but not the logs
opposite | Is it legal to record a call? | Is it illegal to record a call?
opposite | Why is this food healthy? | Why is this food unhealthy?
negation | What happens if I do nothing? | What happens if I do something?
opposite | Was the payment successful? | Was the payment unsuccessful?
opposite | How do I enable two factor login? | How do I disable two factor login?
opposite | How can I increase my blood pressure? | How can I decrease my blood pressure?
opposite | What should I do before surgery? | What should I do after surgery?
opposite | Find the minimum of a list | Find the maximum of a list
opposite | Sort the array in ascending order | Sort the array in descending order
opposite | How do I add a user to a group? | How do I remove a user from a group?
opposite | How do I encrypt a file with GPG? | How do I decrypt a file with GPG?
opposite | What are the advantages of nuclear power? | What are the disadvantages of nuclear power?
opposite | How do I upload a file over FTP? | How do I download a file over FTP?
opposite | What is the best laptop? | What is the worst laptop?
opposite | How do I lock the screen? | How do I unlock the screen?
opposite | Why is my internet so fast today? | Why is my internet so slow today?
opposite | How do I import a database dump? | How do I export a database dump?
opposite | Which is the largest planet? | Which is the smallest planet?
number | What is the first element of the list? | What is the last element of the list?
opposite | How do I allow traffic through the firewall? | How do I block traffic through the firewall?
opposite | What did the market do yesterday? | What will the market do tomorrow?
opposite | What is on the schedule for this week? | What is on the schedule for next week?
opposite | Can I get a refund within 30 days? | Can I get a refund after 30 days?
opposite | Gift ideas for my brother | Gift ideas for my sister
name | What is the capital of France? | What is the capital of Germany?
name | what is the capital of france | what is the capital of germany
name | Who is the president of the United States? | Who is the president of Mexico?
name | How do I reverse a list in Python? | How do I reverse a list in Java?
name | What is the population of Springfield? | What is the population of Greenville?
name | Tell me about the life of Marie Curie | Tell me about the life of Rosalind Franklin
name | Is Alice taller than Bob? | Is Alice taller than Carol?
name | How do I deploy to AWS? | How do I deploy to Azure?
name | How do I list processes on Linux? | How do I list processes on Windows?
name | Write a poem in the style of Keats | Write a poem in the style of Byron
name | Best restaurants in Lyon | Best restaurants in Nantes
name | How do I quit my job at Initech? | How do I quit my job at Globex?
name | Is the museum open on Monday? | Is the museum open on Tuesday?
name | What is the weather in June? | What is the weather in December?
name | Translate this to Spanish | Translate this to Portuguese
word | What are the side effects of ibuprofen? | What are the side effects of paracetamol?
word | Give me a recipe for carbonara | Give me a recipe for bolognese
name | How do I clean a cast iron pan? | How do I clean a wok pan?
word | What are symptoms of measles? | What are symptoms of mumps?
opposite | What does sort_ascending do? | What does sort_descending do?
word | How do I call getUserName? | How do I call setUserName?
identifier | Explain np.argmax | Explain np.argmin
identifier | What does git commit --amend do? | What does git commit --signoff do?
identifier | What is the grep -r flag? | What is the grep -R flag?
identifier | Why does config.yaml fail to load? | Why does config.json fail to load?
identifier | Difference between == and is in utils.py | Difference between == and is in helpers.py
identifier | Is https://example.com/a safe? | Is https://example.com/b safe?
identifier | Write to bob@example.com | Write to eve@example.com
word | SELECT all rows FROM orders | DELETE all rows FROM orders
name | What does C++ use for strings? | What does C# use for strings?
identifier | Open /etc/passwd for me | Open /etc/shadow for me
identifier | rm -rf ./build | rm -rf /build
operator | Is x > 5 true? | Is x < 5 true?
operator | What does a == b do? | What does a != b do?
operator | What is 2 + 2? | What is 2 - 2?
operator | Compute 10/2 | Compute 10*2
quotation | What does "carpe diem" mean? | What does "memento mori" mean?
negation | Who said 'to be or not to be'? | Who said 'I think therefore I am'?
negation | Fix the message `permission denied` | Fix the message `file not found`
question | Who wrote the constitution? | When was the constitution written?
question | Where was the treaty signed? | When was the treaty signed?
question | How many people speak Basque? | How do people speak Basque?
question | Why do cats purr? | When do cats purr?
question | Who is Napoleon? | Where is Napoleon?
question | How long is the bridge? | How old is the bridge?
question | Is the sky blue? | Why is the sky blue?
order | How do I fly from Oslo to Rome? | How do I fly from Rome to Oslo?
order | Convert JSON to XML | Convert XML to JSON
order | Is gold heavier than lead? | Is lead heavier than gold?
order | Do dogs chase cats? | Do cats chase dogs?
order | Does A imply B? | Does B imply A?
order | What does foo(a, b) return? | What does foo(b, a) return?
order | Who beat Brazil in 2014? | Who did Brazil beat in 2014?
order | Should I eat before running? | Should I run before eating?
language | What is the capital of Spain? | ¿Cuál es la capital de España?
language | Where is the train station? | Wo ist der Bahnhof?
language | Where is the library? | 图书馆在哪里?
language | 法国的首都是什么? | 德国的首都是什么?
language | Quelle est la capitale de la France ? | Quelle est la capitale de l'Italie ?
language | Как удалить файл? | Как создать файл?
length | Sort a list | Sort a list of records that lie on disk by several keys with little memory and show the progress
word | What is the melting point of tin? | What is the melting point of zinc?
overlap | How do I renew my passport? | How do I renew my driving licence?
number | Convert 32 F to C | Convert 32 C to F
order | How many grams are in an ounce? | How many ounces are in a gram?
negation | Is it safe to take aspirin with alcohol? | Is it safe to take aspirin without alcohol?
opposite | How do I make my code run faster? | How do I make my code run slower?
opposite | Show orders placed on or before May 1 | Show orders placed on or after May 1
negation | Which users did not pay? | Which users did pay?
negation | Why isn't the server responding? | Why is the server responding?
number | Who was the 16th US president? | Who was the 26th US president?
word | Write a regex that matches digits | Write a regex that matches letters
identifier | What does os.path.join do? | What does os.path.split do?
opposite | Set MAX_RETRIES to 5 | Set MIN_RETRIES to 5
word | How do I cancel my premium plan? | How do I cancel my basic plan?
name | Explain the causes of the French Revolution | Explain the causes of the Russian Revolution
number | When did Apollo 11 land? | When did Apollo 13 land?
opposite | Translate 'good morning' to Japanese | Translate 'good night' to Japanese
name | Best hotels in downtown Seattle | Best hotels in downtown Portland
order | Did Alice call Bob? | Did Bob call Alice?
number | Is B12 good for nerves? | Is B6 good for nerves?
name | What is the tax rate in Bavaria? | What is the tax rate in Saxony?
identifier | Write tests for parse_date() | Write tests for parse_time()
number | How tall is K2? | How tall is Everest?
word | Should I invest in stocks? | Should I invest in bonds?
word | Do I need a visa to enter Brazil? | Do I need a visa to leave Brazil?
opposite | Give me arguments for a carbon tax | Give me arguments against a carbon tax
number | How do I pair my headphones with Windows 10? | How do I pair my headphones with Windows 11?
opposite | What is a left outer join? | What is a right outer join?
number | Increase the font size to 14 | Increase the font size to 12
name | How much water should a cat drink? | How much water should a dog drink?
number | My flight is delayed by 2 hours | My flight is delayed by 2 days
opposite | How do I roll back the last migration? | How do I roll back all migrations?
opposite | Is the number negative? | Is the number positive?
name | Was kostet ein Brot? | Was kostet ein Auto?
language | wie alt ist Angela Merkel | wie alt ist Helmut Kohl
name | Summarise the plot of Dune | Summarise the plot of Emma
opposite | git push to origin main | git pull from origin main
word | Can I bring liquids on a plane? | Can I bring food on a plane?
number | How to encrypt with AES-128 | How to encrypt with AES-256
name | how to go from beginner to expert in go | how to go from beginner to expert in rust
length | What is love? | zx qv blorp fnord glim what is wug tov nim dax fep kiki bouba wumpus
"""

PARAPHRASES = """
How do I reset my password? | How can I reset my password?
How do I reset my password? | What is the best way to reset my password?
What's the capital of France? | What is the capital of France?
What is the capital of France? | Tell me the capital of France
Which city is the capital of France? | What city is France's capital?
How can I lose weight quickly? | How do I lose weight fast?
How do I learn Python? | What is the best way to learn Python?
How to cook rice | How do I cook rice?
How do I cook rice? | how do i cook rice
Why is the sky blue? | What is the reason the sky is blue?
How many people live in Japan? | What is the population of Japan, how many people live there?
What does DNS mean? | What is the meaning of DNS?
Explain quantum entanglement | Can you explain quantum entanglement?
Explain recursion to me | Please explain recursion
How do I fix a leaking tap? | How can I repair a leaking tap?
How do I make money online? | How can I earn money online?
What are the benefits of meditation? | What are the advantages of meditation?
How do I get rid of ants? | How can I get rid of ants?
Can I delete my account? | How do I delete my account?
How do I delete my account? | How do I remove my account?
Is there a way to recover deleted files? | How can I recover deleted files?
What are some good books about history? | Which are the best books on history?
How do I center a div in CSS? | What's the way to center a div with CSS?
What is the distance from Oslo to Rome in km? | How far is it from Oslo to Rome in kilometers?
How much is 1,000 dollars in euros? | How much is $1000 in euros?
How do I sleep in 2 minutes? | How do I sleep in two minutes?
What is 5% of 200? | What is 5 percent of 200?
What can I see in Rome in 3 days? | What is there to see in Rome in three days?
How do I run 5 km in half an hour? | How can I run 5km in half an hour?
Where can I buy a used car? | Where can I purchase a used car?
Why can't I sleep at night? | Why am I not able to sleep at night?
Why can't I log in? | Why can I not log in?
Is it unhealthy to skip breakfast? | Is it not healthy to skip breakfast?
What should I do if I don't like my job? | What do I do when I do not like my job?
Why doesn't my printer work? | Why does my printer not work?
Who wrote Hamlet? | Who is the author of Hamlet?
Who is the CEO of Microsoft? | Who is Microsoft's CEO?
What is artificial intelligence? | What is AI (artificial intelligence)?
What is AI? | What is artificial intelligence?
What is the population of the USA? | What is the population of the United States?
How do I sort a list in JavaScript? | How can I sort lists in JS?
How do I connect to Postgres? | How can I connect to PostgreSQL?
What does sort_ascending do? | Can you explain what sort_ascending does?
How do I use getUserName()? | How should I use getUserName?
What does "carpe diem" mean? | What is the meaning of "carpe diem"?
What does git commit --amend do? | What is git commit --amend for?
How do I open config.yaml? | How can I open the file config.yaml?
How do I fly from Oslo to Rome? | What is the way to fly to Rome from Oslo?
What is the difference between TCP and UDP? | What is the difference between UDP and TCP?
What are the differences between a virus and bacteria? | What's the difference between bacteria and viruses?
Is gold heavier than lead? | Is it true that gold is heavier than lead?
How do I convert JSON to XML? | How can I convert JSON into XML?
How old is the universe? | What is the age of the universe?
How long does it take to learn German? | How much time does it take to learn German?
What time does the store open? | When does the store open?
What is a good movie to watch tonight? | Which film should I watch tonight?
Tell me a joke | Tell me a funny joke
Write a haiku about autumn | Compose a haiku about autumn
How do I improve my English speaking? | How can I improve my spoken English?
How can I stop procrastinating? | How do I stop procrastination?
What's the fastest way to learn guitar? | What is the quickest way to learn the guitar?
How are glaciers formed? | How do glaciers form?
What causes earthquakes? | What are the causes of earthquakes?
How do vaccines work? | How does a vaccine work?
Could you summarize this article? | Summarise this article please
Give me some tips for a job interview | What are good tips for job interviews?
How do I tie a tie? | How to tie a tie?
¿Cuál es la capital de España? | cuál es la capital de españa
法国的首都是什么? | 法国的首都是哪个?
How do I change my email address? | How can I update my email address?
What's the weather like today? | How is the weather today?
How do I bake sourdough bread? | What is the recipe for baking sourdough bread?
How can I be more productive? | What can I do to be more productive?
What is machine learning? | Can you explain what machine learning is?
How does photosynthesis work? | Explain how photosynthesis works
How do I install Docker on Ubuntu? | What's the way to install Docker on Ubuntu?
Why do leaves change color in autumn? | Why do leaves change colour in autumn?
What are the symptoms of the flu? | What are the signs of the flu?
Which programming language should I learn first? | What programming language should I learn first?
How do I write a cover letter? | How to write a good cover letter?
Give me a summary of Hamlet | Please summarize Hamlet for me
When was the Eiffel Tower built? | In what year was the Eiffel Tower built?
How far is the Moon? | What is the distance to the Moon?
What is the boiling point of water in Celsius? | At how many degrees Celsius does water boil?
How to center text in HTML | How do I center text in HTML?
How do I undo the last commit in git? | How can I undo my last git commit?
How many ounces are in a pound? | How many ounces does a pound have?
What is the best time to visit Japan? | When is the best time to visit Japan?
How can I reduce stress? | What are some ways to reduce stress?
How do I cancel my subscription? | How can I cancel my subscription?
Is coffee bad for you? | Is drinking coffee bad for you?
How do you spell necessary? | What's the spelling of necessary?
Where is the Great Wall of China? | Where is the Great Wall of China located?
Can you recommend a good book? | Recommend me a good book
How do I parse JSON in Python? | How can I parse a JSON string in Python?
What's 20% of 50? | What is 20 percent of 50?
I can't sleep, what should I do? | What should I do when I cannot sleep?
How do I get from Paris to Lyon by train? | How can I travel from Paris to Lyon by train?
Who invented the telephone? | Who was the inventor of the telephone?
How do I remove a stain from a carpet? | How can I get a stain out of a carpet?
What are the best practices for REST APIs? | What are REST API best practices?
Why is my computer slow? | Why is my computer running slowly?
what time is it in new york | What time is it in New York?
How do I grow tomatoes? | What is the best way to grow tomatoes?
Define entropy | What is the definition of entropy?
How do I stop a running process in Linux? | How can I kill a running process on Linux?
How do I convert a string to an int in Java? | How can I convert String to int in Java?
What is the meaning of life? | What's the meaning of life?
"""


def traps() -> list[tuple[str, str, str]]:
    """(kind, question, other question)."""
    rows = (line.split(" | ") for line in TRAPS.strip().splitlines())
    return [(kind, asked, stored) for kind, asked, stored in rows]


def paraphrases() -> list[tuple[str, str]]:
    """(question, the same in other words)."""
    rows = (line.split(" | ") for line in PARAPHRASES.strip().splitlines())
    return [(asked, stored) for asked, stored in rows]
