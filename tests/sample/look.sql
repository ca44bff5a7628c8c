-- What the tests look up in a finished pack.

-- :name get-metadata
SELECT value FROM metadata WHERE name = :name

-- :name count-tiles
SELECT count (*) AS n FROM tiles

-- :name count-labels
SELECT count (*) AS n FROM wangge_label

-- :name count-units
SELECT count (*) AS n FROM wangge_label WHERE kind = 'unit'

-- :name count-stray-labels
SELECT count (*) AS n FROM wangge_label
WHERE lon NOT BETWEEN 118.3 AND 118.9 OR lat NOT BETWEEN 37.2 AND 37.7 OR minzoom >= maxzoom
