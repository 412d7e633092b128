# The rules of OWL 2 RL (W3C Recommendation, section 4.3) for the axioms that our ontology uses,
# named as there. Each reads axioms and facts as one graph and adds what follows; none makes
# reflexive or axiomatic triples. Run again and again until nothing new comes, they give what
# owlrl gives about our things: a test compares the two.
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>

# prp-dom
INSERT { ?x a ?class } WHERE { ?property rdfs:domain ?class . ?x ?property ?y } ;

# prp-rng, for things; a literal has no type to state
INSERT { ?y a ?class } WHERE {
  ?property a owl:ObjectProperty ; rdfs:range ?class . ?x ?property ?y
} ;

# prp-spo1
INSERT { ?x ?above ?y } WHERE {
  ?property rdfs:subPropertyOf ?above . FILTER(?property != ?above) ?x ?property ?y
} ;

# prp-trp
INSERT { ?x ?property ?z } WHERE {
  ?property a owl:TransitiveProperty . ?x ?property ?y . ?y ?property ?z
} ;

# prp-spo2, for chains of two
INSERT { ?x ?property ?z } WHERE {
  ?property owl:propertyChainAxiom ?chain .
  ?chain rdf:first ?one ; rdf:rest ?tail .
  ?tail rdf:first ?two ; rdf:rest rdf:nil .
  ?x ?one ?y . ?y ?two ?z
} ;

# cls-hv1
INSERT { ?x ?property ?value } WHERE {
  ?class owl:hasValue ?value ; owl:onProperty ?property . ?x a ?class
} ;

# cls-hv2
INSERT { ?x a ?class } WHERE {
  ?class owl:hasValue ?value ; owl:onProperty ?property . ?x ?property ?value
} ;

# cls-int1, for intersections of two
INSERT { ?x a ?class } WHERE {
  ?class owl:intersectionOf ?list .
  ?list rdf:first ?one ; rdf:rest ?tail .
  ?tail rdf:first ?two ; rdf:rest rdf:nil .
  ?x a ?one , ?two
} ;

# cls-int2
INSERT { ?x a ?part } WHERE {
  ?class owl:intersectionOf/rdf:rest*/rdf:first ?part . ?x a ?class
} ;

# cax-sco
INSERT { ?x a ?above } WHERE {
  ?class rdfs:subClassOf ?above . FILTER(?class != ?above) ?x a ?class
} ;

# cax-eqc1, cax-eqc2
INSERT { ?x a ?other } WHERE {
  { ?class owl:equivalentClass ?other } UNION { ?other owl:equivalentClass ?class } ?x a ?class
}
